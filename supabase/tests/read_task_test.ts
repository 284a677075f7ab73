import assert from "node:assert/strict";
import { createProject } from "../functions/_shared/transitions/projects.ts";
import { readTask } from "../functions/_shared/transitions/tasks.ts";
import { onDatabase } from "./given.ts";
import { jobOf } from "./job_of.ts";
import { callback, claim, submit } from "./verbs.ts";

Deno.test(
  "read_task shows a film to whoever has its token, or is trusted",
  onDatabase(async ({ db }) => {
    const { project_id, task_token } = await createProject(
      db,
      jobOf({ scenes: ["last_frame", "cut"] }),
    );
    const [work] = await claim(db, { limit: 3 });
    assert(work);
    await submit(db, work);
    await callback(db, work);

    const task = await readTask(db, project_id, { token: task_token, trusted: false });

    assert(task);
    assert.deepEqual([task.task_id, task.status, task.progress], [project_id, "generating", 45]);
    assert.deepEqual(
      task.scenes.map(({ position, status, video_url }) => [position, status, video_url]),
      [[1, "completed", `https://made.test/${work.step_id}.mp4`], [2, "pending", null]],
    );
    assert.deepEqual([task.final_video_url, task.error], [null, null]);
    assert.deepEqual(await readTask(db, project_id, { token: null, trusted: true }), task);
  }),
);

Deno.test(
  "read_task answers null alike to a wrong token and an unknown id",
  onDatabase(async ({ db, aProject, aClaimedClip }) => {
    const projectId = await aProject();
    const other = await createProject(db, jobOf({ video_id: "video-2" }));
    const { attempt } = await aClaimedClip({ video_id: "video-3" });

    for (const token of [null, "", "0".repeat(64), other.task_token, attempt.attempt_token]) {
      assert.equal(await readTask(db, projectId, { token, trusted: false }), null, `${token}`);
    }
    assert.equal(
      await readTask(db, "proj_x", { token: other.task_token, trusted: false }),
      null,
    );
    assert.equal(await readTask(db, "proj_x", { token: null, trusted: true }), null);
  }),
);
