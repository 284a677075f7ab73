import assert from "node:assert/strict";
import { onDatabase } from "../../supabase/tests/given.ts";
import { attemptsOf, brokenInvariants, only, stepsOf } from "../../supabase/tests/look.ts";
import { callback, claim, complete, fail, moveClock, submit } from "../../supabase/tests/verbs.ts";
import { collide } from "./races.ts";

Deno.test(
  "a callback and an asked answer at the same moment: one is applied",
  onDatabase(async ({ db, sql, aSubmittedClip, openSession }) => {
    for (const answerFirst of [true, false]) {
      const work = await aSubmittedClip({ video_id: `video-${answerFirst}` });
      await moveClock(sql, 601);
      const asked = (await claim(db)).find(({ step_id }) => step_id === work.step_id);
      assert(asked);
      const [one, two] = [await openSession(), await openSession()];

      if (answerFirst) {
        const [answer, received] = await collide(
          sql,
          [one, () => complete(one.db, asked)],
          [two, () => callback(two.db, work)],
        );
        assert.deepEqual([answer, received.outcome], ["applied", "duplicate"]);
      } else {
        const [received, answer] = await collide(
          sql,
          [one, () => callback(one.db, work)],
          [two, () => complete(two.db, asked)],
        );
        assert.deepEqual([received.outcome, answer], ["applied", "stale"]);
      }
      assert.equal(only(await attemptsOf(sql, work.step_id)).status, "completed");
    }
  }),
);

Deno.test(
  "the record of a submission and the failure of its film at the same moment give the request up",
  onDatabase(async ({ db, sql, aProject, openSession }) => {
    for (const failFirst of [true, false]) {
      const projectId = await aProject({ scenes: ["cut", "cut"], video_id: `video-${failFirst}` });
      const works = (await claim(db)).filter(({ project_id }) => project_id === projectId);
      const [failing, sibling] = works;
      assert(failing && sibling);
      const [one, two] = [await openSession(), await openSession()];
      const doFail = (): Promise<string> => fail(failFirst ? one.db : two.db, failing);
      const doSubmit = (): Promise<string> => submit(failFirst ? two.db : one.db, sibling);

      const verdicts = failFirst
        ? await collide(sql, [one, doFail], [two, doSubmit])
        : await collide(sql, [one, doSubmit], [two, doFail]);

      assert.deepEqual(verdicts, ["applied", failFirst ? "stale" : "applied"]);
      assert.deepEqual(await stepsOf(sql, projectId), [
        "generate_clip failed",
        "generate_clip cancelled",
        "cancel_request queued",
      ]);
      assert.deepEqual(await brokenInvariants(sql), []);
    }
  }),
);
