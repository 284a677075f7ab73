import assert from "node:assert/strict";
import { changeProject } from "../../supabase/functions/_shared/management/films.ts";
import { announceCall } from "../../supabase/functions/_shared/transitions/steps.ts";
import { onDatabase } from "../../supabase/tests/given.ts";
import { attemptsOf, brokenInvariants, only, stepOf } from "../../supabase/tests/look.ts";
import { claim, outliveLeases, submit } from "../../supabase/tests/verbs.ts";
import { collide } from "./races.ts";

const FAL = { announced: ["fal"] } as const;

Deno.test(
  "announcing a call and taking its step back at the same moment: it is sent once, or not at all",
  onDatabase(async ({ db, sql, aProject, openSession }) => {
    await aProject();
    const work = only(await claim(db, FAL));
    await outliveLeases(sql);
    const [one, two] = [await openSession(), await openSession()];

    const [, verdict] = await collide(
      sql,
      [one, () => claim(one.db, FAL)],
      [two, () => announceCall(two.db, work)],
    );

    assert.equal(verdict, "stale", "its step is queued again");
    assert.equal((await stepOf(sql, work.step_id)).status, "queued");
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a call that is being announced while its lease ends is nobody's to make again",
  onDatabase(async ({ db, sql, aProject, openSession }) => {
    await aProject();
    const work = only(await claim(db, FAL));
    const [one, two] = [await openSession(), await openSession()];

    await one.sql`begin`;
    assert.equal(await announceCall(one.db, work), "applied");
    await outliveLeases(sql);
    assert.deepEqual(await claim(two.db, FAL), [], "the step is locked");
    await one.sql`commit`;
    const again = only(await claim(two.db, FAL));

    assert.equal(again.mode, "lookup");
    assert.deepEqual((await attemptsOf(sql, work.step_id)).map(({ status }) => status), ["lost"]);
  }),
);

Deno.test(
  "an announcement that waited until its lease was over is refused",
  onDatabase(async ({ db, sql, aProject, openSession }) => {
    await aProject();
    const work = only(await claim(db, FAL));
    const [one, two] = [await openSession(), await openSession()];
    await one.sql`reset role`;

    const [, verdict] = await collide(
      sql,
      [one, async () => {
        await one.sql`select from private.steps where step_id = ${work.step_id} for update`;
        await outliveLeases(sql);
      }],
      [two, () => announceCall(two.db, work)],
    );

    assert.equal(verdict, "stale");
  }),
);

Deno.test(
  "announcing a call and a cancellation at the same moment: no call, or one that is given up",
  onDatabase(async ({ db, sql, aProject, openSession }) => {
    for (const cancelFirst of [true, false]) {
      const projectId = await aProject({ video_id: `video-${cancelFirst}` });
      const work = only(await claim(db, FAL));
      const [one, two] = [await openSession(), await openSession()];
      const cancel = (on: typeof one.db) =>
        changeProject(on, "cancel", { projectId, reason: null });

      const verdict = cancelFirst
        ? (await collide(sql, [one, () => cancel(one.db)], [
          two,
          () => announceCall(two.db, work),
        ]))[1]
        : (await collide(sql, [one, () => announceCall(one.db, work)], [
          two,
          () => cancel(two.db),
        ]))[0];

      assert.equal(verdict, cancelFirst ? "stale" : "applied");
      if (!cancelFirst) {
        assert.equal(await submit(db, work), "stale");
        assert.deepEqual((await claim(db)).map(({ step }) => step), ["cancel_request"]);
      }
      assert.deepEqual(await brokenInvariants(sql), []);
    }
  }),
);
