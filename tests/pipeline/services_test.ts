import assert from "node:assert/strict";
import { type FilmStack, onStack } from "./film_stack.ts";

/** Each service in a dialect of its own: a video API's words, an older frame service's. */
const SERVICES = {
  video: { form: "api", signing: "standard" },
  frame: { form: "job" },
} as const;

async function film({ sql }: FilmStack, id: string) {
  const [project] = await sql`
    select status, progress, final_video_url, thumbnail_url, duration::float8 from public.projects
    where project_id = ${id}`;
  return project;
}

async function oneClip(stack: FilmStack): Promise<void> {
  const id = await stack.order([{ prompt: "alone" }]);
  assert.equal((await stack.ended(id)).type, "video.generation.completed");

  const made = await film(stack, id);
  assert.ok(made?.final_video_url.startsWith(stack.apiUrl), made?.final_video_url);
  assert.equal(made?.thumbnail_url, null);
  assert.equal(stack.stitch.tasks.length, 0);
  const [error] = await stack.sql`select message from public.error_logs`;
  assert.match(error?.message, /Cannot make thumbnail: no provider of this installation does/);
}

async function longScene(stack: FilmStack): Promise<void> {
  const before = stack.video.tasks.length;
  const id = await stack.order([{ prompt: "long", duration: 12 }], { model: "minimax-video" });
  assert.equal((await stack.ended(id)).type, "video.generation.completed");

  const tasks = stack.video.tasks.slice(before);
  const asked = tasks.map(({ input }) => [input.model, input.duration]);
  assert.deepEqual(asked, [["minimax-video", 6], ["minimax-video", 6]]);
  assert.equal(tasks[0]?.input.image_url, stack.imageUrl);
  assert.ok(String(tasks[1]?.input.image_url).startsWith(stack.frame.mediaUrl));
  const made = await film(stack, id);
  assert.ok(made?.final_video_url.startsWith(stack.apiUrl), "STORE_FILMS=always copies it first");
  assert.equal(made?.duration, 12);
}

async function ownModel(stack: FilmStack): Promise<void> {
  const before = stack.video.tasks.length;
  const id = await stack.order([{ prompt: "own", duration: 1, model: "runway-gen3-alpha" }], {
    aspect_ratio: "9:16",
  });
  assert.equal((await stack.ended(id)).type, "video.generation.completed");

  const { webhook_url: _, ...input } = stack.video.tasks[before]?.input ?? {};
  const { project_id, scene_id, ...asked } = input;
  assert.equal(project_id, id);
  assert.ok(scene_id);
  assert.deepEqual(asked, {
    model: "runway-gen3-alpha",
    prompt: "own",
    duration: 1,
    size: "720x1280",
    image_url: stack.imageUrl,
  });
}

/** The service tells 25 by itself before it sticks. */
async function progress(stack: FilmStack): Promise<void> {
  const { sql, video } = stack;
  video.behave({ stuck: true });
  const before = video.tasks.length;
  const id = await stack.order([{ prompt: "slow" }, { prompt: "later" }]);
  const shown = async () => {
    const [row] = await sql`
      select video_chunks.status, video_chunks.progress as chunk, projects.progress as project
      from public.video_chunks
      join public.scenes using (scene_id)
      join public.projects on projects.project_id = scenes.project_id
      where projects.project_id = ${id} and scenes.position = 1`;
    return [row?.status, row?.chunk, row?.project];
  };
  for (let look = 0; look < 3000 && (await shown())[1] !== 25; look++) {
    await sql`select pg_sleep(0.01)`;
  }
  assert.deepEqual(await shown(), ["IN_PROGRESS", 25, 11]);

  const tell = (percent: number) =>
    stack.post("/video-complete", {
      task_id: video.tasks[before]?.taskId,
      status: "processing",
      webhook_type: "video_generation_progress",
      progress_percentage: percent,
    }, { secret: "VIDEO_WEBHOOK_SECRET" });
  const { status, body } = await tell(60);
  assert.deepEqual([status, body], [200, {
    received: true,
    status: "processing",
    scene_updated: false,
    last_frame_triggered: false,
    outcome: "applied",
  }]);
  assert.deepEqual(await shown(), ["IN_PROGRESS", 60, 27]);
  await tell(30);
  assert.deepEqual(await shown(), ["IN_PROGRESS", 60, 27], "never back");

  video.behaveWell();
  await sql`select public.cancel_project(${id})`;
  await stack.settled();
  assert.deepEqual(video.liveTasks(), [], "a cancelled film is given up at the service too");
  assert.equal((await tell(90)).status, 200);
  assert.deepEqual(await shown(), ["CANCELLED", 60, 27]);
}

Deno.test(
  "services of other dialects make films, long scenes and models of their own among them",
  onStack(
    async (stack, t) => {
      await t.step("one clip, though nobody makes thumbnails", () => oneClip(stack));
      await t.step("a scene of two clips", () => longScene(stack));
      await t.step("a model that only the service knows", () => ownModel(stack));
      await t.step("progress counts up and never back", () => progress(stack));
      await stack.settled();
      assert.deepEqual([...await stack.sql`select * from private.check_invariants()`], []);
    },
    {},
    { providers: "services", services: SERVICES, env: { STORE_FILMS: "always" } },
  ),
);
