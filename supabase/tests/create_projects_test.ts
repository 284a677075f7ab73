import assert from "node:assert/strict";
import { createProject } from "../functions/_shared/transitions/projects.ts";
import { createProjects, outcomes } from "./create_projects.ts";
import { onDatabase } from "./given.ts";
import { jobOf } from "./job_of.ts";

Deno.test(
  "create_projects answers each job in its place, as create_project would",
  onDatabase(async ({ db, sql }) => {
    const jobs = ["c", "a", "b"].map((video_id) =>
      jobOf({ video_id, idempotency_key: `key-${video_id}`, storyboard: "splitter" })
    );

    const answers = await createProjects(db, jobs);

    const films = await sql`select project_id, video_id from public.projects order by video_id`;
    const byVideo = new Map(films.map(({ video_id, project_id }) => [video_id, project_id]));
    assert.deepEqual(
      answers.map((one) => one?.project_id),
      ["c", "a", "b"].map((video) => byVideo.get(video)),
    );
    for (const [i, job] of jobs.entries()) {
      assert.deepEqual(await createProject(db, job), {
        ...answers[i],
        outcome: "duplicate",
        // That of a new film is its job's.
        execution_mode: job.execution_mode,
      });
    }
    assert.equal((await sql`select from private.steps`).length, 3);
    assert.deepEqual(await createProjects(db, []), []);
  }),
);

Deno.test(
  "create_projects writes each job's own scenes, clips, request and metadata",
  onDatabase(async ({ db, sql }) => {
    const request = '{"video_id":"b","weight":1.10,"scenes":2}';
    const [one, two] = await createProjects(db, [
      jobOf({ video_id: "a", scenes: ["cut", "cut"], clips: 2, callback_url: null }),
      jobOf({
        video_id: "b",
        metadata: { weight: 1.1, none: null },
        request,
        events: ["scene.started"],
      }),
    ]);

    const films = await sql`
      select total_scenes, metadata::text, callback_url, job_requests.events,
        (select count(*)::int from public.scenes where scenes.project_id = projects.project_id) as scenes,
        (select count(*)::int from public.video_chunks where video_chunks.project_id = projects.project_id) as clips
      from public.projects join private.job_requests using (project_id)
      order by video_id`;
    assert.deepEqual([...films], [
      { total_scenes: 2, metadata: "{}", callback_url: null, events: null, scenes: 2, clips: 4 },
      {
        ...{ total_scenes: 1, metadata: '{"weight": 1.10}', events: ["scene.started"] },
        ...{ callback_url: "https://client.test/callback", scenes: 1, clips: 1 },
      },
    ]);
    const events = await sql`
      select project_id, type from public.pipeline_events order by event_id`;
    const of = (id: string | undefined) =>
      events.filter(({ project_id }) => project_id === id).map(({ type }) => type);
    assert.deepEqual(of(one?.project_id), ["project.queued", "step.queued", "step.queued"]);
    assert.deepEqual(of(two?.project_id), ["project.queued", "step.queued"]);
  }),
);

Deno.test(
  "create_projects gives a clip without a prompt its scene's",
  onDatabase(async ({ db, sql }) => {
    const { scenes: [scene], ...job } = jobOf({ clips: 2 });
    const [first, second] = scene?.chunks ?? [];
    await createProjects(db, [
      { ...job, scenes: [{ ...scene, chunks: [{ ...first, prompt: undefined }, second] }] },
    ]);

    const clips = await sql`select prompt from public.video_chunks order by position`;
    assert.deepEqual(clips.map(({ prompt }) => prompt), ["Scene 1", "Scene 1, part 2"]);
  }),
);

Deno.test(
  "create_projects takes providers once for all jobs that do not name their own",
  onDatabase(async ({ db, sql }) => {
    const test = { generate_clip: "test", extract_thumbnail: "test", stitch: "test" } as const;
    const fal = { generate_clip: "fal" } as const;

    const answers = await createProjects(db, [
      jobOf({ video_id: "a" }),
      jobOf({ video_id: "b", providers: { ...test, ...fal } }),
      jobOf({ video_id: "c" }),
    ], { p_providers: test });

    assert.deepEqual(answers.map((one) => one?.estimated_cost_usd === 0), [true, false, true]);
    const kept = await sql`
      select providers from private.job_requests join public.projects using (project_id) order by video_id`;
    assert.deepEqual(kept.map(({ providers }) => providers), [test, { ...test, ...fal }, test]);
  }),
);

Deno.test(
  "create_projects makes a film's ids of its own, so that they sort as its scenes and clips do",
  onDatabase(async ({ db, sql }) => {
    const job = (video_id: string) => jobOf({ video_id, scenes: ["cut", "cut"], clips: 2 });
    await createProjects(db, [job("a"), job("b")]);

    const rows = await sql<
      { project: string; scene: string; chunk: string; step: string | null }[]
    >`
      select project_id as project, scene_id as scene, chunk_id as chunk, step_id as step
      from public.video_chunks
      join public.scenes using (project_id, scene_id)
      left join private.steps using (project_id, scene_id, chunk_id)
      order by project_id, scenes.position, video_chunks.position`;
    assert.equal(rows.length, 8);
    const digits = (id: string) => id.slice(id.indexOf("_") + 1);
    for (const { project, scene, chunk, step } of rows) {
      for (const id of [scene, chunk, step ?? chunk]) assert.match(digits(id), /^[0-9a-f]{32}$/);
      assert.equal(digits(scene).slice(0, 26), digits(project).slice(0, 26));
    }
    const chunks = rows.map(({ chunk }) => chunk);
    assert.deepEqual(chunks, chunks.toSorted());
    assert.equal(new Set(chunks).size, 8);
  }),
);

Deno.test(
  "create_projects leaves alone what create_project has to be asked about, and takes the others",
  onDatabase(async ({ db, sql }) => {
    const seen = jobOf({ video_id: "seen", idempotency_key: "seen" });
    await createProject(db, seen);
    const jobs = [
      jobOf({ video_id: "approve", stop_at: "stills" }),
      jobOf({ video_id: "budget", max_cost_usd: 1 }),
      jobOf({ video_id: "seen", is_revision: true }),
      jobOf({ video_id: "written", storyboard: "model" }),
      jobOf({ video_id: "music", film_options: { captions: "files" } }),
      seen,
      jobOf({ video_id: "plain" }),
      jobOf({ video_id: "plain" }),
      jobOf({ video_id: "other", idempotency_key: "seen" }),
    ];

    const answers = await createProjects(db, jobs);

    assert.deepEqual(outcomes(answers), [
      ...[null, null, null, null, null, null, "created", null, null],
    ]);
    assert.equal((await sql`select from public.projects`).length, 2);
    assert.deepEqual([...await sql`select * from private.check_invariants()`], []);
  }),
);

Deno.test(
  "of two jobs with one key in a call the first is taken",
  onDatabase(async ({ db, sql }) => {
    const jobs = ["z", "a"].map((video_id) => jobOf({ video_id, idempotency_key: "key" }));

    assert.deepEqual(outcomes(await createProjects(db, jobs)), ["created", null]);

    const second = jobs[1] ?? jobOf();
    assert.equal((await createProject(db, second)).outcome, "conflict");
    const [film] = await sql`select video_id from public.projects`;
    assert.equal(film?.video_id, "z");
  }),
);

Deno.test(
  "a call with a job that cannot be written writes none of them",
  onDatabase(async ({ db, sql }) => {
    const bad = jobOf({ video_id: "bad", metadata: { a: 1 }, request: "no JSON" });

    await assert.rejects(createProjects(db, [jobOf({ video_id: "good" }), bad]));

    assert.equal((await sql`select from public.projects`).length, 0);
  }),
);
