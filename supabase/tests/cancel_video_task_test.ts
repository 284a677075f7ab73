import assert from "node:assert/strict";
import { cancelVideoTask, readVideoTask } from "../functions/_shared/transitions/videos.ts";
import { onDatabase } from "./given.ts";
import { complete, fail } from "./verbs.ts";

const trusted = { token: null, trusted: true };

Deno.test(
  "cancel_video_task cancels what has not ended, and answers as reading it does",
  onDatabase(async ({ db, aSubmittedClip }) => {
    const { project_id } = await aSubmittedClip();

    const task = await cancelVideoTask(db, project_id);

    assert.deepEqual(task, {
      task_id: project_id,
      status: "cancelled",
      progress_percentage: 0,
      video_url: null,
      error: "Video generation was cancelled by user request",
    });
    assert.deepEqual(await readVideoTask(db, project_id, trusted), task);
  }),
);

Deno.test(
  "cancel_video_task refuses what has ended, cancelled included, and what is not there",
  onDatabase(async ({ db, aClaimedClip, aFilmToStore, aProject }) => {
    const failed = await aClaimedClip();
    await fail(db, failed);
    const completed = await aFilmToStore({ video_id: "video-2" });
    await complete(db, completed);
    const cancelled = await aProject({ video_id: "video-3" });
    await cancelVideoTask(db, cancelled);

    for (const id of [failed.project_id, completed.project_id, cancelled]) {
      await assert.rejects(cancelVideoTask(db, id), { code: "RL409" });
    }
    await assert.rejects(cancelVideoTask(db, "proj_none"), { code: "RL404" });
    assert.equal((await readVideoTask(db, completed.project_id, trusted))?.status, "completed");
  }),
);
