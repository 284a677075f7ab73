import assert from "node:assert/strict";
import { createProject } from "../functions/_shared/transitions/projects.ts";
import { onDatabase } from "./given.ts";
import { jobOf } from "./job_of.ts";

Deno.test(
  "create_project gives the same job its first project back, with today's status",
  onDatabase(async ({ db, sql }) => {
    const job = jobOf({ idempotency_key: "key-1" });
    const first = await createProject(db, job);
    await sql`update public.projects set status = 'generating'`;

    const second = await createProject(db, job);

    assert.equal(first.outcome, "created");
    assert.equal(first.status, "queued");
    const same = { ...first, execution_mode: null };
    assert.deepEqual(second, { ...same, outcome: "duplicate", status: "generating" });
    assert.equal((await sql`select from public.projects`).length, 1);
  }),
);

Deno.test(
  "create_project answers conflict when the key comes again with another body",
  onDatabase(async ({ db, sql }) => {
    const first = await createProject(db, jobOf({ idempotency_key: "key-1", request: { a: 1 } }));

    const second = await createProject(db, jobOf({ idempotency_key: "key-1", request: { a: 2 } }));

    assert.deepEqual(second, { ...first, outcome: "conflict", execution_mode: null });
    assert.equal((await sql`select from public.projects`).length, 1);
  }),
);

Deno.test(
  "create_project says of a repeated job which mode its film is made in, whatever it asks for now",
  onDatabase(async ({ db }) => {
    const modes = [];
    for (const [key, first, again] of [["a", null, "test"], ["b", "test", null]] as const) {
      const job = jobOf({ idempotency_key: key, request: { key } });
      await createProject(db, { ...job, execution_mode: first });
      const { outcome, execution_mode } = await createProject(db, {
        ...job,
        execution_mode: again,
      });
      modes.push([outcome, execution_mode]);
    }

    assert.deepEqual(modes, [["duplicate", null], ["duplicate", "test"]]);
  }),
);

Deno.test(
  "create_project takes the body's digest as the key when none is given",
  onDatabase(async ({ db }) => {
    const first = await createProject(db, jobOf({ request: { prompt: "sea", video_id: "v" } }));

    const same = await createProject(db, jobOf({ request: { video_id: "v", prompt: "sea" } }));
    const other = await createProject(db, jobOf({ request: { prompt: "sand", video_id: "v" } }));

    assert.deepEqual([same.outcome, same.project_id], ["duplicate", first.project_id]);
    assert.equal(other.outcome, "created");
  }),
);

Deno.test(
  "create_project keeps the keys of two users apart",
  onDatabase(async ({ db }) => {
    const job = jobOf({ user_id: "a", idempotency_key: "key-1" });
    const ours = await createProject(db, job);
    const theirs = await createProject(db, jobOf({ user_id: "b", idempotency_key: "key-1" }));

    assert.deepEqual([ours.outcome, theirs.outcome], ["created", "created"]);
    assert.notEqual(ours.project_id, theirs.project_id);
    assert.equal((await createProject(db, job)).project_id, ours.project_id);
  }),
);

Deno.test(
  "create_project counts the versions of a video up, for each user on their own",
  onDatabase(async ({ db, sql }) => {
    const first = await createProject(db, jobOf());
    const second = await createProject(db, jobOf({ is_revision: true }));
    await createProject(db, jobOf());
    await createProject(db, jobOf({ user_id: "user-2", is_revision: true }));
    await createProject(db, jobOf({ video_id: "video-2" }));

    const films = await sql`
      select user_id, video_id, version, revision_of
      from public.projects order by user_id, video_id, version`;
    assert.deepEqual([...films], [
      { user_id: "user-1", video_id: "video-1", version: 1, revision_of: null },
      { user_id: "user-1", video_id: "video-1", version: 2, revision_of: first.project_id },
      { user_id: "user-1", video_id: "video-1", version: 3, revision_of: null },
      { user_id: "user-1", video_id: "video-2", version: 1, revision_of: null },
      { user_id: "user-2", video_id: "video-1", version: 1, revision_of: null },
    ]);
    assert.notEqual(second.project_id, first.project_id);
  }),
);

Deno.test(
  "create_project writes down scenes and clips in order, and the project's event",
  onDatabase(async ({ db, sql }) => {
    const { project_id } = await createProject(
      db,
      jobOf({ scenes: ["last_frame", "cut"], clips: 2, metadata: { tag: "x" } }),
    );

    const clips = await sql`
      select scenes.position as scene, video_chunks.position as clip, continuity, video_chunks.prompt,
        video_chunks.status, video_chunks.duration
      from public.scenes join public.video_chunks using (scene_id)
      where scenes.project_id = ${project_id} order by 1, 2`;
    assert.deepEqual(clips.map(({ scene, clip, prompt }) => [scene, clip, prompt]), [
      [1, 1, "Scene 1, part 1"],
      [1, 2, "Scene 1, part 2"],
      [2, 1, "Scene 2, part 1"],
      [2, 2, "Scene 2, part 2"],
    ]);
    assert.deepEqual(new Set(clips.map(({ status }) => status)), new Set(["PENDING"]));
    const [film] = await sql`select total_scenes, metadata, progress from public.projects`;
    assert.deepEqual(film, { total_scenes: 2, metadata: { tag: "x" }, progress: 0 });
    const events = await sql`select type from public.pipeline_events order by event_id`;
    assert.deepEqual(events.map(({ type }) => type), [
      "project.queued",
      "step.queued",
      "step.queued",
    ]);
  }),
);

Deno.test(
  "create_project rolled back leaves neither step nor bell behind",
  onDatabase(async ({ openSession, sql }) => {
    const session = await openSession();

    await session.sql`begin`;
    await createProject(session.db, jobOf());
    await session.sql`rollback`;

    assert.equal((await sql`select from public.projects`).length, 0);
    assert.equal((await sql`select from private.steps`).length, 0);
    assert.equal((await sql`select from net.http_request_queue`).length, 0);
    const [bell] = await sql`select unanswered_since from private.bell`;
    assert.equal(bell?.unanswered_since, null);
  }),
);

Deno.test(
  "create_project makes the clips of all cuts due, in the order of the film, each with its image",
  onDatabase(async ({ sql, aProject }) => {
    const projectId = await aProject({ scenes: ["last_frame", "cut", "last_frame", "cut", "cut"] });

    const due = await sql`
      select scenes.position, video_chunks.image_url
      from private.steps
      join public.scenes using (scene_id)
      join public.video_chunks using (chunk_id)
      where steps.project_id = ${projectId} and steps.due_at <= private.clock()
      order by steps.due_at`;
    const image_url = "https://images.test/start.png";
    assert.deepEqual([...due], [1, 2, 4, 5].map((position) => ({ position, image_url })));
    const [waiting] = await sql`
      select video_chunks.image_url from public.video_chunks join public.scenes using (scene_id)
      where scenes.project_id = ${projectId} and scenes.position = 3`;
    assert.equal(waiting?.image_url, null);
  }),
);
