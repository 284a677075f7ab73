import assert from "node:assert/strict";
import { makeClip } from "../../local/simulators/media.ts";
import { makePicture } from "../../local/simulators/picture.ts";
import { type FilmStack, onStack } from "./film_stack.ts";

const KLING = "fal-ai/kling-video";
const MOTION = `${KLING}/v2.6/standard/motion-control`;
const SIZE = { width: 64, height: 64 };

/** Orders a film and returns the clips that fal was asked for, in order, without their prompts. */
async function clipsOf(
  stack: FilmStack,
  scenes: Record<string, unknown>[],
  job: Record<string, unknown>,
): Promise<Record<string, unknown>[]> {
  const before = stack.fal.requests.length;
  const { type } = await stack.ended(await stack.order(scenes, job));
  assert.equal(type, "video.generation.completed");
  const requests = stack.fal.requests.slice(before);
  return requests.filter(({ endpoint }) => !/ffmpeg-api/.test(endpoint)).map(
    ({ endpoint, input: { prompt: _, ...input } }) => ({ endpoint, ...input }),
  );
}

async function motion(stack: FilmStack): Promise<void> {
  const folder = await Deno.makeTempDir();
  const [image, path] = [`${folder}/dancer.png`, `${folder}/driver.mp4`];
  await makePicture({ path: image, words: "a dancer", ...SIZE });
  await makeClip({ image, path, seconds: 1, size: SIZE, words: "dances" });
  const video_url = stack.chat.serveImage(path);

  const scene = { driver_video_url: video_url };
  const scenes = [{ prompt: "one", ...scene }, { prompt: "two", ...scene }];
  const clips = await clipsOf(stack, scenes, { model: MOTION });
  await Deno.remove(folder, { recursive: true });

  const asked = { endpoint: MOTION, video_url, character_orientation: "video" };
  const frame = clips[1]?.image_url;
  assert.ok(String(frame).startsWith(stack.fal.mediaUrl), "the second follows from the first");
  assert.deepEqual(clips, [
    { ...asked, image_url: stack.imageUrl },
    { ...asked, image_url: frame },
  ]);
}

async function text(stack: FilmStack): Promise<void> {
  const clips = await clipsOf(stack, [{ prompt: "long", duration: 15 }, { prompt: "short" }], {
    image_url: null,
    aspect_ratio: "9:16",
  });

  const at = `${KLING}/v2.5-turbo/pro`;
  assert.deepEqual(clips.map(({ endpoint, duration }) => [endpoint, duration]), [
    [`${at}/text-to-video`, "10"],
    [`${at}/image-to-video`, "5"],
    [`${at}/image-to-video`, "5"],
  ]);
  assert.equal(clips[0]?.aspect_ratio, "9:16");
  const chunks = await stack.sql`
    select scenes.position as scene, video_chunks.position, video_chunks.image_url is null as is_text
    from public.video_chunks join public.scenes using (scene_id) join public.projects
      on projects.project_id = scenes.project_id
    where projects.image_url is null order by 1, 2`;
  assert.deepEqual(chunks.map(({ scene, position, is_text }) => [scene, position, is_text]), [
    [1, 1, true],
    [1, 2, false],
    [2, 1, false],
  ]);
}

async function models(stack: FilmStack): Promise<void> {
  const clips = await clipsOf(stack, [
    { prompt: "one", model: "minimax-video" },
    { prompt: "two", model: "veo-3.1", duration: 4, continuity: "cut" },
  ], {});

  assert.deepEqual(clips.map(({ endpoint }) => endpoint).toSorted(), [
    "fal-ai/minimax/video-01/image-to-video",
    "fal-ai/veo3.1/image-to-video",
  ]);
}

async function refusals(stack: FilmStack): Promise<void> {
  const driver_video_url = "https://cdn.example.com/dance.mp4";
  const wrong = [
    [{ duration: 7 }, "duration"],
    [{ duration: 13 }, "duration"],
    [{ model: "nobody/knows" }, "model"],
    [{ driver_video_url }, "driver_video_url"],
    [{ model: MOTION }, "driver_video_url"],
    [{ model: "hailuo-02-fast", continuity: "cut" }, "image_url"],
  ] as const;

  for (const [scene, field] of wrong) {
    const job = { video_id: "v", user_id: "u", scenes: [{ prompt: "1", ...scene }] };
    const { status, body } = await stack.post("/webhook", job);
    const paths = Object(body).issues.map(({ path }: { path: string }) => path);
    assert.equal(status, 400);
    assert.ok(paths.includes(`scenes.0.${field}`), JSON.stringify(body));
  }
}

Deno.test(
  "each kind of clip makes a film, and what a model cannot do is refused at the door",
  onStack(async (stack, t) => {
    await t.step("motion control", () => motion(stack));
    await t.step("text, in a scene of two clips and its follower", () => text(stack));
    await t.step("a model a scene, by their short names", () => models(stack));
    await t.step("what a model cannot do", () => refusals(stack));
    await stack.settled();
    assert.deepEqual([...await stack.sql`select * from private.check_invariants()`], []);
  }),
);
