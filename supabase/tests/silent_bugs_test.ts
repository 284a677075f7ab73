import assert from "node:assert/strict";
import { collide } from "../../tests/concurrency/races.ts";
import { changeProject } from "../functions/_shared/management/films.ts";
import { announceCall, type StepWork } from "../functions/_shared/transitions/steps.ts";
import { claimWork } from "../functions/_shared/transitions/work.ts";
import { drive } from "./drive.ts";
import { onDatabase } from "./given.ts";
import { attemptsOf, brokenInvariants, only, projectOf, stepOf, stepsOf } from "./look.ts";
import {
  callback,
  claim,
  complete,
  fail,
  moveClock,
  outliveLeases,
  PROVIDERS,
  submit,
} from "./verbs.ts";

/*
 * States that nobody moved on from, as users of comparable systems met them: docs/silent-bugs.md. Each
 * test is named by what went wrong there.
 */

const CUTS = { scenes: ["cut", "cut", "cut"] } as const;
const OPEN = /queued|running|waiting/;

Deno.test(
  "a failed run leaves sibling tasks queued or started, and the sweeper brings them back",
  onDatabase(async ({ db, sql, aProject }) => {
    const projectId = await aProject({ scenes: [...CUTS.scenes] });
    const [first, second] = await claim(db, { limit: 2 });
    assert(first && second);
    await submit(db, second);

    await fail(db, first);

    const isOurs = (step: string) => !step.startsWith("cancel_request");
    assert.deepEqual((await stepsOf(sql, projectId)).filter(isOurs), [
      "generate_clip failed",
      "generate_clip cancelled",
      "generate_clip cancelled",
    ]);
    for (let round = 0; round < 3; round++) {
      await moveClock(sql, 100_000);
      await sql`select private.sweep()`;
      const steps = (await claim(db)).map(({ step }) => step);
      assert(steps.every((step) => step === "cancel_request"), `${steps}`);
    }
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a step that was skipped stays started for ever on a run that is completed",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const projectId = await given.aFilmInStitching({ scenes: ["cut", "cut"] });
    const works = await claim(db);
    const thumbnail = works.find(({ step }) => step === "extract_thumbnail");
    const stitch = works.find(({ step }) => step === "stitch");
    assert(thumbnail && stitch);

    await fail(db, thumbnail, { message: "Nobody makes thumbnails" });
    await submit(db, stitch);
    await callback(db, stitch);
    await drive(given, projectId);

    assert.deepEqual((await stepsOf(sql, projectId)).filter((step) => OPEN.test(step)), []);
    assert.deepEqual(await claim(db), []);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "the sweeper goes by the flow's timeout, and a step with a shorter one is stuck meanwhile",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    await sql`
      insert into private.settings (name, value, description)
      values ('deadline_seconds.generate_clip.hasty', '7', 'Of a model in a hurry')`;
    await sql`
      update private.settings set value = '9' where name = 'deadline_seconds.extract_last_frame'`;
    const usual = await aSubmittedClip({ scenes: ["last_frame", "last_frame"] });
    const usualDue = (await stepOf(sql, usual.step_id)).due_in;
    await callback(db, usual);
    const frame = only(await claim(db));
    await submit(db, frame);
    assert(usualDue > 60);
    assert(Math.abs((await stepOf(sql, frame.step_id)).due_in - 9) < 2);

    await moveClock(sql, 10);
    const asked = only(await claim(db));

    assert.deepEqual([asked.step_id, asked.mode], [frame.step_id, "ask"]);
    const [overdue] =
      await sql`select private.overdue_at('generate_clip', 'hasty') - private.clock() as wait`;
    assert.match(String(overdue?.wait), /^00:00:0[67]/);
  }),
);

Deno.test(
  "a lease is taken in a part of a query that nobody refers to, and so never taken",
  onDatabase(async ({ db, sql, aFilmToStore, aProject }) => {
    await complete(db, await aFilmToStore());
    await aProject({ scenes: [...CUTS.scenes], video_id: "video-2" });
    const { work } = await claimWork(db, { limit: 40, providers: PROVIDERS, answersBell: false });
    const kinds = work.map(({ kind }) => kind).toSorted();
    assert.deepEqual(kinds, ["delivery", "step", "step", "step"]);

    const rows = await sql`
      select steps.status, extract(epoch from due_at - private.clock())::int as lease,
        (select (value #>> '{}')::int from private.settings where name = 'lease_seconds.' || kind) as wanted
      from private.steps where claim_token is not null
      union all
      select status, extract(epoch from due_at - private.clock())::int,
        (select (value #>> '{}')::int from private.settings where name = 'lease_seconds.delivery')
      from public.webhook_deliveries where claim_token is not null`;
    assert.equal(rows.length, 4);
    for (const { lease, wanted } of rows) assert(lease > wanted - 10 && lease <= wanted);
    assert.deepEqual(
      (await claimWork(db, { limit: 40, providers: PROVIDERS, answersBell: false })).work,
      [],
    );
  }),
);

Deno.test(
  "only the first of several rows is dealt with, and the later ones are left as they were",
  onDatabase(async ({ db, sql, aProject }) => {
    const projectId = await aProject({ scenes: [...CUTS.scenes] });
    const works = await claim(db);
    assert.equal(works.length, 3);
    for (const work of works) await submit(db, work);

    await changeProject(db, "cancel", { projectId, reason: null });

    const attempts = await Promise.all(works.map(({ step_id }) => attemptsOf(sql, step_id)));
    assert.deepEqual(attempts.flat().map(({ status }) => status), Array(3).fill("cancelled"));
    const givenUp = await claim(db);
    assert.deepEqual(
      givenUp.map(({ attempt }) => attempt.input.request_id).toSorted(),
      works.map(({ attempt }) => `req-${attempt.attempt_id}`).toSorted(),
    );
    const scenes =
      await sql`select distinct status from public.scenes where project_id = ${projectId}`;
    assert.deepEqual(scenes.map(({ status }) => status), ["cancelled"]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a worker is killed in the middle of its task, which stays started for ever",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const projectId = await given.aProject({ scenes: ["last_frame", "last_frame"] });
    const killed = new Set<string>();
    const seen: string[] = [];

    for (let round = 0; round < 60; round++) {
      if ((await projectOf(sql, projectId)).status === "completed") break;
      const works = await claim(db, { announced: ["fal"] });
      const dying = works.filter(({ step, mode }) => mode === "start" && !killed.has(step));
      for (const { step } of dying) killed.add(step);
      for (const work of works) if (!dying.includes(work)) await end(work);
      if (dying.length > 0) await outliveLeases(sql);
      if (works.length === 0) await moveClock(sql, 60);
      seen.push(...works.map(({ step, mode }) => `${step} ${mode}`));
    }

    assert.equal((await projectOf(sql, projectId)).status, "completed", seen.join(", "));
    assert.deepEqual([...killed].toSorted(), [
      "extract_last_frame",
      "extract_thumbnail",
      "generate_clip",
      "stitch",
      "store_film",
    ]);
    assert.deepEqual(await brokenInvariants(sql), []);

    async function end(work: StepWork): Promise<void> {
      if (work.step === "store_film") await complete(db, work);
      else {
        if (work.attempt.announce) await announceCall(db, work);
        await submit(db, work);
        await callback(db, work);
      }
    }
  }),
);

Deno.test(
  "a run's end is looked for before the lock and not again behind it: a step completes on a failed run",
  onDatabase(async ({ sql, db, aProject, openSession }) => {
    const projectId = await aProject({ scenes: ["cut", "cut"] });
    const [first, second] = await claim(db);
    assert(first && second);
    await submit(db, second);
    const [one, two] = [await openSession(), await openSession()];

    const [, late] = await collide(
      sql,
      [one, () => fail(one.db, first)],
      [two, () => callback(two.db, second)],
    );

    assert.equal(late.outcome, "stale");
    assert.equal((await projectOf(sql, projectId)).status, "failed");
    assert.equal((await stepOf(sql, second.step_id)).status, "cancelled");
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);
