import assert from "node:assert/strict";
import { changeProject } from "../functions/_shared/management/films.ts";
import { drive } from "./drive.ts";
import { onDatabase } from "./given.ts";
import {
  attemptsOf,
  brokenInvariants,
  errorsOf,
  eventsOf,
  projectOf,
  stepOf,
  stepsOf,
} from "./look.ts";
import { claim, moveClock, outliveLeases, setSetting } from "./verbs.ts";

Deno.test(
  "end_lease makes a paid step whose runner died a look-up, never a second submission",
  onDatabase(async ({ db, sql, aClaimedClip }) => {
    const work = await aClaimedClip();

    for (let round = 0; round < 6; round++) {
      await outliveLeases(sql);
      const [again] = await claim(db);
      assert.equal(again?.mode, "lookup");
      assert.equal(again.attempt.attempt_id, work.attempt.attempt_id);
      assert.notEqual(again.claim_token, work.claim_token);
    }

    const attempts = await attemptsOf(sql, work.step_id);
    assert.deepEqual(attempts.map(({ status }) => status), ["lost"]);
    assert((await eventsOf(sql, work.project_id)).includes("attempt.lost"));
    assert.deepEqual(await errorsOf(sql, "step"), [
      "Cannot finish generate_clip: the runner's lease ran out",
    ]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "end_lease starts store_film again, and fails the film after max_attempts",
  onDatabase(async ({ db, sql, aFilmToStore }) => {
    const work = await aFilmToStore();

    for (let number = 2; number <= 4; number++) {
      await outliveLeases(sql);
      const [again] = await claim(db);
      assert.deepEqual([again?.step, again?.mode, again?.attempt.number], [
        "store_film",
        "start",
        number,
      ]);
      assert.deepEqual(again?.attempt.input, work.attempt.input);
    }
    await outliveLeases(sql);
    assert.deepEqual(await claim(db), []);

    const film = await projectOf(sql, work.project_id);
    assert.deepEqual([film.status, film.error_message], ["failed", "The lease ran out"]);
    assert.equal((await stepOf(sql, work.step_id)).status, "failed");
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "end_lease leaves the film to a claim two seconds later while somebody holds its project",
  onDatabase(async ({ db, sql, aFilmToStore, openSession }) => {
    const work = await aFilmToStore();
    await sql`update private.settings set value = '1' where name = 'max_attempts'`;
    await outliveLeases(sql);
    const holder = await openSession();
    await holder.sql`reset role`;
    await holder.sql`begin`;
    await holder.sql`select private.lock_project(${work.project_id})`;

    assert.deepEqual(await claim(db), []);
    assert.equal((await projectOf(sql, work.project_id)).status, "stitching");
    await holder.sql`rollback`;
    await moveClock(sql, 2);
    assert.deepEqual(await claim(db), []);

    assert.equal((await projectOf(sql, work.project_id)).status, "failed");
  }),
);

Deno.test(
  "end_lease of two steps in one claim: where the first one's ends the film, the other stays closed",
  onDatabase(async (given) => {
    const { db, sql, aProject } = given;
    const projectId = await aProject({ scenes: ["cut", "cut"] });
    await setSetting(sql, "max_attempts", 1);
    assert.equal((await claim(db, { announced: ["fal"] })).length, 2);
    await outliveLeases(sql);

    assert.deepEqual(await claim(db), []);

    const closed = ["generate_clip cancelled", "generate_clip failed"];
    assert.deepEqual((await stepsOf(sql, projectId)).toSorted(), closed);
    assert.deepEqual(await brokenInvariants(sql), []);
    await changeProject(db, "retry", { projectId, reason: null });
    await drive(given, projectId);
  }),
);
