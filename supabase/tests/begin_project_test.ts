import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { createProject } from "../functions/_shared/transitions/projects.ts";
import { onDatabase } from "./given.ts";
import { jobOf, type JobOptions } from "./job_of.ts";

/** All that a new project's first moment leaves behind, but for ids and times. */
async function beginningOf(sql: Sql, projectId: string): Promise<Record<string, unknown>> {
  const steps = await sql`
    select kind, steps.status, user_id, provider, input, scenes.position as scene, video_chunks.position as clip,
      due_at <= private.clock() as is_due
    from private.steps
    left join public.scenes using (scene_id)
    left join public.video_chunks using (chunk_id)
    where steps.project_id = ${projectId}
    order by due_at, kind`;
  const events = await sql`
    select type, data - 'step_id' as data, data ? 'step_id' as has_step, scenes.position as scene, chunk_id is null as is_films
    from public.pipeline_events
    left join public.scenes using (scene_id)
    where pipeline_events.project_id = ${projectId}
    order by type, scenes.position, data ->> 'kind'`;
  const chunks = await sql`
    select scenes.position as scene, video_chunks.position, video_chunks.image_url, video_chunks.status
    from public.video_chunks join public.scenes using (scene_id)
    where scenes.project_id = ${projectId}
    order by scenes.position, video_chunks.position`;
  const [project] = await sql`
    select status, progress, estimated_cost_usd, awaiting_approval from public.projects where project_id = ${projectId}`;
  return { steps: [...steps], events: [...events], chunks: [...chunks], project };
}

const JOBS: Record<string, JobOptions> = {
  "of one scene": {},
  "of scenes that begin in every way": {
    scenes: ["cut", "last_frame", "cut", "shared_keyframe", "last_frame"],
    clips: 2,
  },
  "without an image": { image_url: null, scenes: ["last_frame", "cut"] },
  "with music": {
    scenes: ["cut", "cut"],
    film_options: { music: { prompt: "Slow", model: "m", volume: 0.5, ducking: true } },
  },
  "whose image has to be reframed": {
    scenes: ["last_frame", "cut", "last_frame"],
    reframe_to: "9:16",
  },
  "whose image has to be reframed, but has none": { image_url: null, reframe_to: "9:16" },
  "whose keyframes have to be reframed": {
    scenes: ["last_frame", "shared_keyframe"],
    reframe_to: "9:16",
  },
  "that is a test": { execution_mode: "test", scenes: ["cut", "cut"] },
};

for (const [name, options] of Object.entries(JOBS)) {
  Deno.test(
    `a plain job ${name} begins as one that is prepared step by step`,
    onDatabase(async ({ db, sql }) => {
      const plain = await createProject(db, jobOf(options));
      // Nothing of the version before is there to be kept: all of it is begun, by the long way.
      const revision = await createProject(db, jobOf({ ...options, is_revision: true }));

      const beginning = await beginningOf(sql, plain.project_id);
      assert.deepEqual(beginning, await beginningOf(sql, revision.project_id));
      assert.equal(plain.estimated_cost_usd, revision.estimated_cost_usd);
      assert.match(JSON.stringify(beginning), /generate_clip|reframe_image/);
    }),
  );
}
