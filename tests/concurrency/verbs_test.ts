import assert from "node:assert/strict";
import {
  changeProject,
  regenerateScene,
} from "../../supabase/functions/_shared/management/films.ts";
import { claimOf, drive, sceneIdsOf, takesOf, triesOf } from "../../supabase/tests/drive.ts";
import { onDatabase } from "../../supabase/tests/given.ts";
import { brokenInvariants, projectOf, stepsOf } from "../../supabase/tests/look.ts";
import { callback, claim, complete, submit } from "../../supabase/tests/verbs.ts";
import { collide } from "./races.ts";

const cancel = { reason: null };

Deno.test(
  "cancel and the film's completion at the same moment: whoever is first wins, once",
  onDatabase(async (given) => {
    const { sql, aFilmToStore, openSession } = given;
    for (const cancelFirst of [true, false]) {
      const store = await aFilmToStore({ video_id: `video-${cancelFirst}` });
      const projectId = store.project_id;
      const [one, two] = [await openSession(), await openSession()];

      if (cancelFirst) {
        const [, verdict] = await collide(
          sql,
          [one, () => changeProject(one.db, "cancel", { projectId, ...cancel })],
          [two, () => complete(two.db, store)],
        );
        assert.equal(verdict, "stale");
      } else {
        const [verdict, refusal] = await collide(
          sql,
          [one, () => complete(one.db, store)],
          [two, () => changeProject(two.db, "cancel", { projectId, ...cancel }).catch(String)],
        );
        assert.equal(verdict, "applied");
        assert.match(String(refusal), /it is completed, and only an unfinished one can be/);
      }
      const { status } = await projectOf(sql, projectId);
      assert.equal(status, cancelFirst ? "cancelled" : "completed");
      const told = await sql`
        select type from public.webhook_deliveries where project_id = ${projectId}`;
      assert.deepEqual(told.map(({ type }) => type), [`video.generation.${status}`]);
      assert.deepEqual(await brokenInvariants(sql), []);
    }
  }),
);

Deno.test(
  "cancel and the callback of a clip at the same moment leave nothing open",
  onDatabase(async ({ sql, aSubmittedClip, openSession }) => {
    for (const cancelFirst of [true, false]) {
      const work = await aSubmittedClip({
        scenes: ["cut", "last_frame"],
        video_id: `video-${cancelFirst}`,
      });
      const projectId = work.project_id;
      const [one, two] = [await openSession(), await openSession()];
      const doCancel = (db: typeof one.db) => changeProject(db, "cancel", { projectId, ...cancel });

      const outcome = cancelFirst
        ? (await collide(sql, [one, () => doCancel(one.db)], [two, () => callback(two.db, work)]))[
          1
        ]
        : (await collide(sql, [one, () => callback(one.db, work)], [two, () => doCancel(two.db)]))[
          0
        ];

      assert.equal(outcome.outcome, cancelFirst ? "stale" : "applied");
      assert.equal((await projectOf(sql, projectId)).status, "cancelled");
      const open = (await stepsOf(sql, projectId)).filter((step) => /queued|running/.test(step));
      assert.deepEqual(open, cancelFirst ? ["cancel_request queued"] : []);
      assert.deepEqual(await brokenInvariants(sql), []);
    }
  }),
);

Deno.test(
  "cancel and the record of a submission at the same moment: the request is given up",
  onDatabase(async ({ sql, aClaimedClip, openSession }) => {
    for (const cancelFirst of [true, false]) {
      const work = await aClaimedClip({ video_id: `video-${cancelFirst}` });
      const projectId = work.project_id;
      const [one, two] = [await openSession(), await openSession()];
      const doCancel = (db: typeof one.db) => changeProject(db, "cancel", { projectId, ...cancel });

      const verdict = cancelFirst
        ? (await collide(sql, [one, () => doCancel(one.db)], [two, () => submit(two.db, work)]))[1]
        : (await collide(sql, [one, () => submit(one.db, work)], [two, () => doCancel(two.db)]))[0];

      assert.equal(verdict, cancelFirst ? "stale" : "applied");
      assert.deepEqual(await stepsOf(sql, projectId), [
        "generate_clip cancelled",
        "cancel_request queued",
      ]);
      assert.deepEqual(await brokenInvariants(sql), []);
    }
  }),
);

Deno.test(
  "pause and the callback of the last clip at the same moment: the film is whole after its resumption",
  onDatabase(async (given) => {
    const { db, sql, aSubmittedClip, openSession } = given;
    for (const pauseFirst of [true, false]) {
      const work = await aSubmittedClip({ video_id: `video-${pauseFirst}` });
      const projectId = work.project_id;
      const [one, two] = [await openSession(), await openSession()];
      const doPause = (on: typeof one.db) => changeProject(on, "pause", { projectId, ...cancel });

      const { outcome } = pauseFirst
        ? (await collide(sql, [one, () => doPause(one.db)], [two, () => callback(two.db, work)]))[1]
        : (await collide(sql, [one, () => callback(one.db, work)], [two, () => doPause(two.db)]))[
          0
        ];

      assert.equal(outcome, "applied");
      assert.equal((await projectOf(sql, projectId)).status, "paused");
      assert.deepEqual(await claim(db), []);
      await changeProject(db, "resume", { projectId, ...cancel });
      await drive(given, projectId);
      assert.equal(await triesOf(sql, projectId, "generate_clip"), 1);
      assert.deepEqual(await brokenInvariants(sql), []);
    }
  }),
);

Deno.test(
  "regenerate and the callback of the old take at the same moment: the new take is the film's",
  onDatabase(async (given) => {
    const { sql, aSubmittedClip, openSession } = given;
    for (const regenerateFirst of [true, false]) {
      const work = await aSubmittedClip({ video_id: `video-${regenerateFirst}` });
      const projectId = work.project_id;
      const [sceneId = ""] = await sceneIdsOf(sql, projectId);
      const [one, two] = [await openSession(), await openSession()];
      const anew = (on: typeof one.db) => regenerateScene(on, sceneId, {});

      const { outcome } = regenerateFirst
        ? (await collide(sql, [one, () => anew(one.db)], [two, () => callback(two.db, work)]))[1]
        : (await collide(sql, [one, () => callback(one.db, work)], [two, () => anew(two.db)]))[0];

      assert.equal(outcome, regenerateFirst ? "stale" : "applied");
      assert.deepEqual(await takesOf(sql, projectId), [
        regenerateFirst ? "1.1 CANCELLED" : "1.1 COMPLETED",
        "1.2 PENDING*",
      ]);
      assert.deepEqual(await brokenInvariants(sql), []);
      await drive(given, projectId);
    }
  }),
);

Deno.test(
  "regenerate and the film's completion at the same moment: the film is made anew, once",
  onDatabase(async (given) => {
    const { sql, aFilmToStore, openSession } = given;
    for (const regenerateFirst of [true, false]) {
      const store = await aFilmToStore({ video_id: `video-${regenerateFirst}` });
      const projectId = store.project_id;
      const [sceneId = ""] = await sceneIdsOf(sql, projectId);
      const [one, two] = [await openSession(), await openSession()];
      const anew = (on: typeof one.db) => regenerateScene(on, sceneId, {});

      const verdict = regenerateFirst
        ? (await collide(sql, [one, () => anew(one.db)], [two, () => complete(two.db, store)]))[1]
        : (await collide(sql, [one, () => complete(one.db, store)], [two, () => anew(two.db)]))[0];

      assert.equal(verdict, regenerateFirst ? "stale" : "applied");
      assert.equal((await projectOf(sql, projectId)).status, "generating");
      assert.deepEqual(await brokenInvariants(sql), []);
      const clip = await claimOf(given, projectId, "generate_clip");
      await submit(given.db, clip);
      await callback(given.db, clip);
      await drive(given, projectId);
      assert.equal(await triesOf(sql, projectId, "generate_clip"), 2);
    }
  }),
);
