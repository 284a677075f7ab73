import assert from "node:assert/strict";
import { onDatabase } from "../../supabase/tests/given.ts";
import {
  attemptsOf,
  brokenInvariants,
  only,
  projectOf,
  stepsOf,
} from "../../supabase/tests/look.ts";
import { claim, claimDeliveries, complete, fail } from "../../supabase/tests/verbs.ts";
import { collide } from "./races.ts";

Deno.test(
  "four runners claiming at the same moment share the steps: each goes to one of them",
  onDatabase(async ({ sql, aProject, openSession }) => {
    await aProject({ scenes: Array(20).fill("cut") });
    await aProject({ scenes: Array(20).fill("cut"), video_id: "video-2", user_id: "user-2" });
    const sessions = await Promise.all(Array.from({ length: 4 }, () => openSession()));

    const claimed: string[] = [];
    while (claimed.length < 40) {
      const works = await Promise.all(sessions.map(({ db }) => claim(db, { limit: 5 })));
      claimed.push(...works.flat().map(({ step_id }) => step_id));
    }

    assert.equal(new Set(claimed).size, 40);
    const attempts = await sql`select count(*)::int as n from private.attempts`;
    assert.equal(only(attempts).n, 40);
  }),
);

Deno.test(
  "two runners never get one step: the second does not wait, and finds nothing",
  onDatabase(async ({ aProject, openSession }) => {
    await aProject();
    const [one, two] = [await openSession(), await openSession()];

    await one.sql`begin`;
    const first = await claim(one.db);
    const second = await claim(two.db);
    await one.sql`commit`;

    assert.deepEqual([first.length, second.length], [1, 0]);
    assert.deepEqual(await claim(two.db), []);
  }),
);

Deno.test(
  "two runners never get one delivery",
  onDatabase(async ({ db, aFilmToStore, openSession }) => {
    await complete(db, await aFilmToStore());
    const [one, two] = [await openSession(), await openSession()];

    await one.sql`begin`;
    const first = await claimDeliveries(one.db);
    const second = await claimDeliveries(two.db);
    await one.sql`commit`;

    assert.deepEqual([first.length, second.length], [1, 0]);
  }),
);

Deno.test(
  "a runner that rolls its claim back leaves the step to the next one",
  onDatabase(async ({ db, sql, aProject, openSession }) => {
    await aProject();
    const one = await openSession();

    await one.sql`begin`;
    await claim(one.db);
    await one.sql`rollback`;

    const work = only(await claim(db));
    assert.deepEqual([work.mode, work.attempt.number], ["start", 1]);
    assert.equal((await attemptsOf(sql, work.step_id)).length, 1);
  }),
);

Deno.test(
  "a limit of one in flight holds when two runners claim at the same moment",
  onDatabase(async ({ sql, aProject, openSession }) => {
    await aProject({ scenes: ["cut", "cut", "cut"] });
    await sql`update private.providers set max_in_flight = 1 where name = 'fal'`;
    const [one, two] = [await openSession(), await openSession()];

    const [first, second] = await collide(
      sql,
      [one, () => claim(one.db)],
      [two, () => claim(two.db)],
    );

    assert.deepEqual([first.length, second.length], [1, 0]);
  }),
);

Deno.test(
  "a film that fails while its sibling is being claimed cancels what was claimed",
  onDatabase(async ({ db, sql, aProject, openSession }) => {
    const projectId = await aProject({ scenes: ["cut", "cut"] });
    const [failing] = await claim(db, { limit: 1 });
    assert(failing);
    const [one, two] = [await openSession(), await openSession()];

    const [claimed] = await collide(
      sql,
      [one, () => claim(one.db)],
      [two, () => fail(two.db, failing)],
    );

    const work = only(claimed);
    assert.equal(only(await attemptsOf(sql, work.step_id)).status, "cancelled");
    assert.equal(await complete(db, work), "stale");
    assert.equal((await projectOf(sql, projectId)).status, "failed");
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a claim during the failure of a film finds nothing of it to do",
  onDatabase(async ({ db, sql, aProject, openSession }) => {
    const projectId = await aProject({ scenes: ["cut", "cut"] });
    const [failing] = await claim(db, { limit: 1 });
    assert(failing);
    const [one, two] = [await openSession(), await openSession()];

    await one.sql`begin`;
    await fail(one.db, failing);
    const during = await claim(two.db);
    await one.sql`commit`;

    assert.deepEqual([...during, ...await claim(two.db)], []);
    assert.deepEqual(await stepsOf(sql, projectId), [
      "generate_clip failed",
      "generate_clip cancelled",
    ]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);
