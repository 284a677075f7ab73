import assert from "node:assert/strict";
import type { JobScene } from "../functions/_shared/transitions/projects.ts";
import { createProjects, outcomes } from "./create_projects.ts";
import { onDatabase } from "./given.ts";
import { jobOf } from "./job_of.ts";

Deno.test(
  "create_projects estimates films of every shape as estimate_film does",
  onDatabase(async ({ db, sql }) => {
    await sql`
      insert into private.prices (model, kind, usd_per_second, usd_per_call, as_of, source) values
        ('m/slow', 'generate_clip', 0.07, 0.01, current_date, 'test'),
        ('m/fast', 'generate_clip', null, 0.25, current_date, 'test'),
        ('m/dear', 'generate_clip', 0.9, null, current_date, 'test')`;
    await sql`insert into private.model_fallbacks (model, fallback) values ('m/fast', 'm/dear')`;
    const scene = (
      continuity: JobScene["continuity"],
      ...clips: [model: string, duration: number | null][]
    ): JobScene => ({
      ...{ prompt: "A scene", image_url: null, continuity, metadata: {} },
      chunks: clips.map(([model, duration]) => ({
        ...{ model, duration, prompt: "A clip", driver_video_url: null, audio_url: null },
      })),
    });
    const still = (scene: JobScene, image_url: string) => ({
      ...scene,
      image_url,
      reframe_to: "9:16",
    });
    const films = [
      [scene("cut", ["m/slow", 5])],
      [scene("cut", ["m/slow", 5], ["m/slow", 5]), scene("last_frame", ["m/fast", 4])],
      [
        scene("last_frame", ["m/slow", 5]),
        scene("cut", ["m/slow", 5]),
        scene("cut", ["m/dear", 3]),
      ],
      [scene("cut", ["m/slow", null]), scene("last_frame", ["m/slow", 5])],
      [scene("cut", ["m/unknown", 5])],
      ["a", "b", "a"].map((image) => still(scene("cut", ["m/slow", 6]), image)),
      [still(scene("cut", ["m/slow", 6]), "a"), still(scene("last_frame", ["m/slow", 6]), "b")],
      [still(scene("cut", ["m/slow", 6], ["m/slow", 6]), "a"), scene("cut", ["m/slow", 6])],
      [scene("cut", ["m/slow", 6], ["m/slow", 6]), scene("cut", ["m/slow", 6])],
    ];
    const fal = { generate_clip: "fal", extract_last_frame: "fal", stitch: "fal" } as const;
    const jobs = films.flatMap((scenes, i) => [
      { ...jobOf({ video_id: `plain-${i}` }), scenes },
      {
        ...jobOf({ video_id: `named-${i}`, providers: { ...fal, extract_thumbnail: "test" } }),
        scenes,
      },
      { ...jobOf({ video_id: `test-${i}`, execution_mode: "test" }), scenes },
    ]);

    const answers = await createProjects(db, jobs);

    assert.deepEqual(outcomes(answers), jobs.map(() => "created"));
    const estimates = await sql`
      select projects.estimated_cost_usd::float8 as kept, film.usd::float8 as fresh
      from public.projects cross join lateral private.estimate_film(projects.project_id) as film
      order by projects.project_id`;
    assert.deepEqual(estimates.map(({ kept }) => kept), estimates.map(({ fresh }) => fresh));
    assert(new Set(answers.map((one) => one?.estimated_cost_usd)).size > 6);
  }),
);
