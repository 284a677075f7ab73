import assert from "node:assert/strict";
import { createProject } from "../functions/_shared/transitions/projects.ts";
import { readVideoEvents, readVideoTask } from "../functions/_shared/transitions/videos.ts";
import { onDatabase } from "./given.ts";
import { jobOf } from "./job_of.ts";
import { callback, claim, submit } from "./verbs.ts";

const trusted = { token: null, trusted: true };

Deno.test(
  "read_video_events tells the story of film, scenes and clips, and goes on after an event",
  onDatabase(async ({ db, aSubmittedClip }) => {
    const work = await aSubmittedClip();
    const first = await readVideoEvents(db, work.project_id, { ...trusted, after: 0 });
    assert.deepEqual(first?.events.map(({ type }) => type), [
      "project.queued",
      "project.generating",
      "scene.generating",
      "chunk.submitted",
    ]);
    assert.equal(first?.task.status, "processing");

    const after = first?.events.at(-1)?.event_id ?? 0;
    assert.deepEqual(
      (await readVideoEvents(db, work.project_id, { ...trusted, after }))?.events,
      [],
    );
    await callback(db, work);
    const next = await readVideoEvents(db, work.project_id, { ...trusted, after });
    assert.deepEqual(next?.events.map(({ type }) => type), [
      "chunk.completed",
      "scene.completed",
      "project.stitching",
    ]);
    assert.ok(next?.events.every(({ event_id }) => event_id > after));
  }),
);

Deno.test(
  "read_video_events and read_video_task answer null alike to a wrong token and an unknown id",
  onDatabase(async ({ db }) => {
    const { project_id, task_token } = await createProject(db, jobOf());
    const other = await createProject(db, jobOf({ video_id: "video-2" }));

    for (const token of [null, "", other.task_token]) {
      const by = { token, trusted: false };
      assert.equal(await readVideoEvents(db, project_id, { ...by, after: 0 }), null);
      assert.equal(await readVideoTask(db, project_id, by), null);
    }
    const by = { token: task_token, trusted: false };
    assert.equal((await readVideoEvents(db, project_id, { ...by, after: 0 }))?.events.length, 1);
    assert.equal((await readVideoTask(db, project_id, by))?.status, "pending");
    assert.equal(await readVideoTask(db, "proj_none", trusted), null);
  }),
);

Deno.test(
  "read_video_events shows nothing of attempts, steps and deliveries, nor an operator's words",
  onDatabase(async ({ db, sql, aProject }) => {
    const projectId = await aProject();
    const [work] = await claim(db);
    assert(work);
    await submit(db, work);
    await sql`select public.pause_project(${projectId}, 'between us')`;

    const story = await readVideoEvents(db, projectId, { ...trusted, after: 0 });
    assert.ok(story?.events.some(({ type }) => type === "project.paused"));
    assert.ok(story?.events.every(({ type }) => /^(project|scene|chunk)\.(?!.*reason)/.test(type)));
    assert.doesNotMatch(JSON.stringify(story), /between us/);
  }),
);
