import assert from "node:assert/strict";
import { createProject } from "../functions/_shared/transitions/projects.ts";
import { onDatabase } from "./given.ts";
import { jobOf } from "./job_of.ts";

Deno.test(
  "continue_project asks for the first clip of the first scene and of each that follows a cut",
  onDatabase(async ({ aProject, sql }) => {
    await aProject({ scenes: ["last_frame", "last_frame", "cut", "last_frame"], clips: 2 });

    const steps = await sql`
      select steps.kind, steps.status, scenes.position as scene, video_chunks.position as clip
      from private.steps
      join public.scenes using (scene_id)
      join public.video_chunks using (chunk_id)
      order by scenes.position`;
    assert.deepEqual([...steps], [
      { kind: "generate_clip", status: "queued", scene: 1, clip: 1 },
      { kind: "generate_clip", status: "queued", scene: 3, clip: 1 },
    ]);
  }),
);

Deno.test(
  "continue_project starts a scene from its own image, else from the job's, else from none",
  onDatabase(async ({ db, sql }) => {
    const job = jobOf({
      scenes: ["last_frame", "cut", "cut"],
      image_url: "https://i.test/job.png",
    });
    const [, second] = job.scenes;
    if (second) second.image_url = "https://i.test/own.png";
    await createProject(db, job);
    await createProject(db, jobOf({ image_url: null, video_id: "video-2" }));

    const images = await sql`
      select video_chunks.image_url
      from public.projects
      join public.scenes using (project_id)
      join public.video_chunks using (scene_id)
      order by projects.video_id, scenes.position`;
    assert.deepEqual(images.map(({ image_url }) => image_url), [
      "https://i.test/job.png",
      "https://i.test/own.png",
      "https://i.test/job.png",
      null,
    ]);
  }),
);
