import assert from "node:assert/strict";
import type { ReceivedCallback } from "../functions/_shared/transitions/callbacks.ts";
import type { StepWork } from "../functions/_shared/transitions/steps.ts";
import { onDatabase } from "./given.ts";
import { callback, claim, submit } from "./verbs.ts";

type Flag =
  | "chunk_updated"
  | "scene_updated"
  | "last_frame_triggered"
  | "next_scene_triggered"
  | "project_updated"
  | "user_notified";

Deno.test(
  "callback_flags are true for the request that caused it, and for no later one",
  onDatabase(async ({ db, aProject }) => {
    await aProject({ scenes: ["last_frame", "last_frame"] });
    const seen: Record<string, Flag[]> = {};
    for (const road of ["clip 1", "frame", "clip 2"]) {
      const [work] = await claim(db);
      assert(work);
      await submit(db, work);
      seen[road] = flags(await callback(db, work));
      assert.deepEqual(flags(await callback(db, work)), [], `${road} in the same delivery`);
      assert.deepEqual(flags(await callback(db, work, { delivery_id: "again" + road })), []);
    }

    assert.deepEqual(seen, {
      "clip 1": ["chunk_updated", "scene_updated", "last_frame_triggered"],
      "frame": ["scene_updated", "next_scene_triggered"],
      "clip 2": ["chunk_updated", "scene_updated"],
    });
  }),
);

Deno.test(
  "callback_flags say project_updated for a stitch, and not for a thumbnail",
  onDatabase(async ({ db, aFilmInStitching }) => {
    await aFilmInStitching({ scenes: ["cut", "cut"] });
    const works = await claim(db);
    for (const work of works) await submit(db, work);

    assert.deepEqual(flags(await callback(db, find(works, "extract_thumbnail"))), []);
    assert.deepEqual(flags(await callback(db, find(works, "stitch"))), ["project_updated"]);
  }),
);

Deno.test(
  "callback_flags say user_notified when the client's delivery was queued by this callback",
  onDatabase(async ({ db, aSubmittedClip }) => {
    const failed = { state: "failed", error: { message: "No", retryable: false } } as const;
    const told = await aSubmittedClip();
    const untold = await aSubmittedClip({ video_id: "video-2", callback_url: null });

    assert.deepEqual(flags(await callback(db, told, { result: failed })), [
      "chunk_updated",
      "scene_updated",
      "user_notified",
    ]);
    assert.deepEqual(flags(await callback(db, untold, { result: failed })), [
      "chunk_updated",
      "scene_updated",
    ]);
  }),
);

Deno.test(
  "callback_flags tell a stitch service's film, its end and the notification in one answer",
  onDatabase(async ({ db, aFilmInStitching }) => {
    await aFilmInStitching({ scenes: ["cut", "cut"] });
    const [work] = await claim(db, { providers: { stitch: "stitch" } });
    assert(work);
    await submit(db, work);

    const answer = await callback(db, work, {
      result: { output: { video_url: "https://stitch.test/film.mp4" } },
    });

    assert.deepEqual(flags(answer), ["project_updated", "user_notified"]);
    assert.equal(answer.final_video_url, "https://stitch.test/film.mp4");

    const again = await callback(db, work, {
      result: { output: { video_url: "https://stitch.test/film.mp4" } },
    });
    assert.deepEqual([again.outcome, flags(again)], ["duplicate", []]);
    assert.equal(again.final_video_url, "https://stitch.test/film.mp4");
  }),
);

const FLAGS: Flag[] = [
  "chunk_updated",
  "scene_updated",
  "last_frame_triggered",
  "next_scene_triggered",
  "project_updated",
  "user_notified",
];

function flags(answer: ReceivedCallback): Flag[] {
  return FLAGS.filter((flag) => answer[flag]);
}

function find(works: StepWork[], step: string): StepWork {
  const work = works.find((each) => each.step === step);
  if (!work) throw new Error(`Cannot find ${step}: it was not claimed`);
  return work;
}
