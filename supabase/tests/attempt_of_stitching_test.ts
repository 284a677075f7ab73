import assert from "node:assert/strict";
import type { StepWork } from "../functions/_shared/transitions/steps.ts";
import { type Given, onDatabase } from "./given.ts";
import { attemptsOf, brokenInvariants, only, projectOf } from "./look.ts";
import { callback, type CallbackOptions, claim, PROVIDERS, submit } from "./verbs.ts";

const FILM = { video_url: "https://cdn.example.com/stitched-video.mp4", duration: 120 };

/** A stitch step that is claimed, for the stitch service unless the test says otherwise. */
async function stitching(
  { db, aFilmInStitching }: Given,
  stitch: "fal" | "stitch" = "stitch",
): Promise<StepWork> {
  const projectId = await aFilmInStitching({
    scenes: ["cut", "cut"],
    video_id: crypto.randomUUID(),
  });
  const works = await claim(db, { providers: { ...PROVIDERS, stitch } });
  const work = works.find(({ step, project_id }) => step === "stitch" && project_id === projectId);
  assert(work);
  return work;
}

/** What a stitcher with job ids of its own says of a project. */
function job(
  work: StepWork,
  { result, ...given }: CallbackOptions = {},
): [StepWork, CallbackOptions] {
  const named = {
    request_id: "job_1",
    project_id: work.project_id,
    by_project: true,
    output: FILM,
  };
  return [work, { source: "stitch", token: null, ...given, result: { ...named, ...result } }];
}

Deno.test(
  "attempt_of_stitching ends the film whose stitching waits at the service, by its project",
  onDatabase(async (given) => {
    const work = await stitching(given);
    await submit(given.db, work);

    const answer = await callback(given.db, ...job(work));

    assert.deepEqual([answer.outcome, answer.project_updated], ["applied", true]);
    assert.equal(answer.final_video_url, FILM.video_url);
    assert.equal((await projectOf(given.sql, work.project_id)).status, "completed");
    assert.equal(
      only(await attemptsOf(given.sql, work.step_id)).request_id,
      `req-${work.attempt.attempt_id}`,
    );
    assert.deepEqual(await brokenInvariants(given.sql), []);
  }),
);

Deno.test(
  "attempt_of_stitching takes the film instead of fal's, and it is stored like fal's",
  onDatabase(async (given) => {
    const work = await stitching(given, "fal");
    await submit(given.db, work);
    // So that storing waits for the film alone.
    await given.sql`delete from private.steps where kind = 'extract_thumbnail'`;

    assert.equal((await callback(given.db, ...job(work))).outcome, "applied");

    const [store] = await claim(given.db);
    assert.deepEqual([store?.step, store?.attempt.input.film_url], ["store_film", FILM.video_url]);
  }),
);

Deno.test(
  "attempt_of_stitching repeats itself as duplicate, contradicts itself as stale",
  onDatabase(async (given) => {
    const work = await stitching(given);
    await submit(given.db, work);
    await callback(given.db, ...job(work));

    const again = await callback(given.db, ...job(work, { delivery_id: "2" }));
    const other = {
      output: { video_url: "https://cdn.example.com/other.mp4" },
      request_id: "job_2",
    };
    const another = await callback(given.db, ...job(work, { delivery_id: "3", result: other }));

    assert.deepEqual([again.outcome, another.outcome], ["duplicate", "stale"]);
    assert.equal((await projectOf(given.sql, work.project_id)).final_video_url, FILM.video_url);
  }),
);

Deno.test(
  "attempt_of_stitching leaves alone what is no stitching, not named, or not at a provider yet",
  onDatabase(async (given) => {
    const work = await stitching(given);
    const { db } = given;

    assert.equal((await callback(db, ...job(work))).outcome, "buffered", "not submitted yet");
    await submit(db, work);
    const others: CallbackOptions[] = [
      { result: { by_project: false } },
      { result: { project_id: "proj_another" } },
      { result: { project_id: null } },
      { source: "lastframe" },
      { source: "video" },
    ];
    for (const [i, other] of others.entries()) {
      const answer = await callback(db, ...job(work, { delivery_id: `${i}`, ...other }));
      assert.equal(answer.outcome, "buffered", JSON.stringify(other));
    }
    assert.equal(
      (await callback(db, ...job(work, { delivery_id: "token", token: "att_x.0" }))).outcome,
      "unknown",
    );

    const clip = await given.aSubmittedClip();
    assert.equal((await callback(db, ...job(clip, { delivery_id: "clip" }))).outcome, "buffered");
    assert.equal((await projectOf(given.sql, work.project_id)).status, "stitching");
  }),
);
