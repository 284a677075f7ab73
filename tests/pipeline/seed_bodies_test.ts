import assert from "node:assert/strict";
import {
  type Body,
  clipMade,
  filmMade,
  frameMade,
  IMAGES,
  olderJob,
  workerCompleted,
  workerFailed,
  wrapped,
} from "./documented_bodies.ts";
import { outsideChunk, requestAt, says } from "./doors.ts";
import { type FilmStack, onStack } from "./film_stack.ts";

const fal = (stack: FilmStack, body: Body) => says(stack, "fal-webhook", body);

async function workersBodies(stack: FilmStack): Promise<void> {
  const { sql } = stack;
  const [done, broken] = [await outsideChunk(stack), await outsideChunk(stack)];

  const answers = [
    await fal(stack, workerCompleted(done)),
    await fal(stack, workerFailed(broken)),
    await fal(stack, workerCompleted("764cabcf-b745-4b3e-ae38-1200304cf45b")),
    await fal(stack, workerFailed("764cabcf-b745-4b3e-ae38-1200304cf45b")),
  ];

  assert.deepEqual(answers, [
    { success: true, outcome: "applied", chunk_updated: true },
    { success: true, outcome: "applied", chunk_updated: true },
    { success: true, outcome: "buffered", chunk_updated: false },
    { success: true, outcome: "buffered", chunk_updated: false },
  ]);
  const polled = await sql`
    select request_id, kling_video_url from public.video_chunks
    where status = 'COMPLETED' and kling_video_url is not null`;
  assert.deepEqual([...polled], [{
    request_id: done,
    kling_video_url: workerCompleted(done).response.video.url,
  }]);
  const [row] = await sql`
    select status, error_message, kling_completed_at is not null as is_dated
    from public.video_chunks where request_id = ${broken}`;
  assert.deepEqual(row, { status: "FAILED", error_message: "Error description", is_dated: true });
}

async function wrappersBodies(stack: FilmStack, project_id: string): Promise<void> {
  const { sql } = stack;
  const [going, broken] = [await outsideChunk(stack), await outsideChunk(stack)];
  const image = { type: "image", project_id } as const;
  const outcomes: unknown[] = [];
  const bodies: Body[] = [
    wrapped(going, { status: "in_progress" }),
    wrapped(going),
    wrapped(broken, { status: "failed", result: { error: "Refused" } }),
    wrapped("unknown", { project_id }),
    wrapped(crypto.randomUUID(), image),
    wrapped(crypto.randomUUID(), { type: "image" }),
  ];
  for (const body of bodies) outcomes.push(Object(await fal(stack, body)).outcome);
  const fals = {
    request_id: crypto.randomUUID(),
    status: "OK",
    payload: { images: IMAGES },
    metadata: { project_id },
  };
  outcomes.push(Object(await fal(stack, fals)).outcome);

  const applied = "applied";
  const expected = [applied, applied, applied, "buffered", applied, "buffered", applied];
  assert.deepEqual(outcomes, expected);
  const chunks = await sql`
    select status from public.video_chunks where request_id in ${sql([going, broken])} order by 1`;
  assert.deepEqual(chunks.map(({ status }) => status), ["COMPLETED", "FAILED"]);
  const media = await sql`
    select url, width, height from public.media
    where project_id = ${project_id} and type = 'generated-image'`;
  assert.deepEqual([...media], [...IMAGES, ...IMAGES]);
}

async function servicesBodies(stack: FilmStack, project_id: string): Promise<void> {
  const { sql } = stack;
  const [first, second] = await sql`
    select scene_id from public.scenes where project_id = ${project_id} order by position`;
  const toVideo = (body: Body) => says(stack, "video-complete", body);
  const toFrame = (body: Body) => says(stack, "last-frame-complete", body);
  const toStitch = (body: Body) => says(stack, "stitch-complete", body);
  const heard = { received: true, status: "completed" };
  const notFound = { outcome: "buffered" };

  const untouched = { scene_updated: false, last_frame_triggered: false, ...notFound };
  assert.deepEqual(await toVideo(clipMade(first?.scene_id, project_id)), {
    ...heard,
    ...untouched,
  });
  assert.deepEqual(
    await toVideo(clipMade(first?.scene_id, project_id, await requestAt(stack, "video", 1))),
    {
      ...heard,
      scene_updated: true,
      last_frame_triggered: true,
      outcome: "applied",
    },
  );
  assert.deepEqual(await toFrame(frameMade(first?.scene_id, project_id)), {
    ...heard,
    scene_updated: false,
    next_scene_triggered: false,
    ...notFound,
  });
  assert.deepEqual(
    await toFrame(frameMade(first?.scene_id, project_id, await requestAt(stack, "lastframe", 1))),
    {
      ...heard,
      scene_updated: true,
      next_scene_triggered: true,
      outcome: "applied",
    },
  );
  await toVideo(clipMade(second?.scene_id, project_id, await requestAt(stack, "video", 2)));
  assert.deepEqual(await toStitch(filmMade(project_id)), {
    ...heard,
    project_updated: false,
    user_notified: false,
    final_video_url: null,
    ...notFound,
  });
  assert.deepEqual(await toStitch(filmMade(project_id, await requestAt(stack, "stitch", 1))), {
    ...heard,
    project_updated: true,
    user_notified: true,
    final_video_url: filmMade("").final_video_url,
    outcome: "applied",
  });
  const [scene] = await sql`
    select status, video_url, thumbnail_url, last_frame_url, duration::float8, fps::float8, width, height,
      quality_score::float8
    from public.scenes where scene_id = ${first?.scene_id}`;
  const { video_url, thumbnail_url, duration, fps, width, height, quality_score } = clipMade(
    "",
    "",
  );
  const { last_frame_url } = frameMade("", "");
  const kept = { video_url, thumbnail_url, duration, fps, width, height, quality_score };
  assert.deepEqual(scene, { status: "completed", ...kept, last_frame_url });
  const [project] = await sql`
    select status, final_video_url, duration::float8 from public.projects where project_id = ${project_id}`;
  assert.deepEqual(project, {
    status: "completed",
    final_video_url: filmMade("").final_video_url,
    duration: 120.5,
  });
}

async function olderBodies(stack: FilmStack, id: string): Promise<void> {
  const send = (body: Body) => says(stack, "last-frame-complete", body);
  const untouched = {
    success: true,
    received: true,
    status: "completed",
    scene_updated: false,
    next_scene_triggered: false,
  };
  await requestAt(stack, "stitch", 2);

  assert.deepEqual(await send(olderJob("9f1c", "video-stitch")), {
    ...untouched,
    outcome: "buffered",
  });
  assert.deepEqual(await send(olderJob(id, "last-frame")), { ...untouched, outcome: "buffered" });
  assert.deepEqual(await send(olderJob(id, "video-stitch")), { ...untouched, outcome: "applied" });
  const { type } = await stack.ended(id);

  assert.equal(type, "video.generation.completed");
  const [project] = await stack.sql`
    select final_video_url from public.projects where project_id = ${id}`;
  assert.equal(project?.final_video_url, "https://example.com/stitched-video.mp4");
}

Deno.test(
  "each documented body does what its document says where its row is there, and nothing elsewhere",
  onStack(
    async (stack, t) => {
      for (const service of [stack.video, stack.frame, stack.stitch]) {
        service.behave({ stuck: true, callback: "silent" });
      }
      const film = await stack.order([{ prompt: "one" }, { prompt: "two" }]);
      await t.step("a worker's", () => workersBodies(stack));
      await t.step("a wrapper's", () => wrappersBodies(stack, film));
      await t.step("the services'", () => servicesBodies(stack, film));
      stack.video.behaveWell();
      const other = await stack.order([{ prompt: "1", continuity: "cut" }, {
        prompt: "2",
        continuity: "cut",
      }]);
      await t.step("an older frame service's", () => olderBodies(stack, other));
      await stack.settled();
      assert.deepEqual([...await stack.sql`select * from private.check_invariants()`], []);
    },
    {},
    { providers: "services" },
  ),
);
