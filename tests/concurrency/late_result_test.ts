import assert from "node:assert/strict";
import { changeProject } from "../../supabase/functions/_shared/management/films.ts";
import { createProject } from "../../supabase/functions/_shared/transitions/projects.ts";
import { recordAnswer, type StepWork } from "../../supabase/functions/_shared/transitions/steps.ts";
import { drive, triesOf } from "../../supabase/tests/drive.ts";
import { type Given, onDatabase } from "../../supabase/tests/given.ts";
import { jobOf } from "../../supabase/tests/job_of.ts";
import { brokenInvariants, chunksOf, only, projectOf } from "../../supabase/tests/look.ts";
import { callback, claim, fail, moveClock, outputOf } from "../../supabase/tests/verbs.ts";
import { collide } from "./races.ts";

Deno.test(
  "a result that comes while its film is retried is used by the retry, whichever comes first",
  onDatabase(async (given) => {
    const { sql } = given;
    const [one, other] = [await given.openSession(), await given.openSession()];
    for (const isRetriedFirst of [true, false]) {
      const work = await aFilmOfUnknownOutcome(given, `video-${isRetriedFirst}`);
      const by = { projectId: work.project_id, reason: null };
      const late = () => callback(given.db, work, { delivery_id: `late-${isRetriedFirst}` });

      if (isRetriedFirst) {
        await collide(sql, [one, () => changeProject(one.db, "retry", by)], [
          other,
          () => callback(other.db, work),
        ]);
      } else {
        await collide(sql, [one, () => callback(one.db, work)], [
          other,
          () => changeProject(other.db, "retry", by),
        ]);
      }

      assert.equal((await late()).outcome, "stale");
      if (isRetriedFirst) assert.deepEqual(await claim(given.db), []);
      const clip = only(await chunksOf(sql, work.project_id));
      assert.deepEqual([clip.status, clip.kling_video_url], [
        "COMPLETED",
        outputOf(work).video_url,
      ]);
      await drive(given, work.project_id);
      assert.equal(await triesOf(sql, work.project_id, "generate_clip"), 1);
      assert.deepEqual(await brokenInvariants(sql), []);
    }
  }),
);

Deno.test(
  "a film and its revision that begin the same clip at the same moment do not both use what came too late",
  onDatabase(async (given) => {
    const { sql } = given;
    const [one, other] = [await given.openSession(), await given.openSession()];
    const work = await aFilmOfUnknownOutcome(given, "video-1");
    await callback(given.db, work);

    await one.sql`begin`;
    await changeProject(one.db, "retry", { projectId: work.project_id, reason: null });
    // It waits for nobody: what another film is taking is gone.
    const { project_id } = await createProject(other.db, jobOf({ is_revision: true }));
    await one.sql`commit`;

    const clips = [
      only(await chunksOf(sql, work.project_id)),
      only(await chunksOf(sql, project_id)),
    ];
    assert.deepEqual(clips.map(({ status }) => status), ["COMPLETED", "PENDING"]);
    for (const id of [work.project_id, project_id]) await drive(given, id);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a clip that another runner is claiming at this moment is made by it, and its late result kept",
  onDatabase(async (given) => {
    const { db, sql, aClaimedClip } = given;
    const [one, other] = [await given.openSession(), await given.openSession()];
    const work = await aClaimedClip();
    await fail(db, work, { retryable: true });
    await moveClock(sql, 61);

    const [works, late] = await collide(sql, [one, () => claim(one.db)], [
      other,
      () => callback(other.db, work),
    ]);

    assert.deepEqual([works.length, late.outcome], [1, "stale"]);
    const kept = await sql`select output ->> 'video_url' as url from private.film_parts`;
    assert.deepEqual([...kept], [{ url: outputOf(work).video_url }]);
    await callback(db, only(works));
    await drive(given, work.project_id);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

/** A film that has failed because nobody could tell whether its clip is being made. */
async function aFilmOfUnknownOutcome(
  { db, sql, aClaimedClip }: Given,
  video_id: string,
): Promise<StepWork> {
  const work = await aClaimedClip({ video_id });
  await recordAnswer(db, work, { state: "lost", message: "No answer" });
  await moveClock(sql, 3600);
  const lookUp = (await claim(db)).find(({ step_id }) => step_id === work.step_id);
  assert(lookUp);
  await recordAnswer(db, lookUp, { state: "lost", message: "Not found" });
  assert.equal((await projectOf(sql, work.project_id)).status, "failed");
  return work;
}
