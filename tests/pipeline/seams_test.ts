import assert from "node:assert/strict";
import { makePicture } from "../../local/simulators/picture.ts";
import { ssim } from "../../local/simulators/ssim.ts";
import { type FilmStack, onStack } from "./film_stack.ts";

/** SSIM above which two frames show the same. */
const SAME = 0.9;

Deno.test(
  "a clip before a shared keyframe ends with it, and the scene after begins with it",
  onStack(async (stack) => {
    const keyframe = `${stack.folder}/keyframe.png`;
    await makePicture({ path: keyframe, words: "another place" });
    const id = await stack.order([
      { prompt: "One", duration: 3 },
      {
        prompt: "Two",
        duration: 3,
        continuity: "shared_keyframe",
        image_url: stack.chat.serveImage(keyframe),
      },
    ], { model: "kling-3-standard" });
    const { type, error } = await stack.ended(id);
    assert.deepEqual([type, error], ["video.generation.completed", null]);

    const [first = "", second = ""] = await clipsOf(stack, id);
    const begin = { path: second, at: "first" } as const;
    assert.ok(await ssim({ path: first, at: "last" }, begin) > SAME);
    assert.ok(await ssim({ path: first, at: "first" }, begin) < 0.8);
    const frames = stack.fal.bill().filter(({ input }) => input.frame_type === "last");
    assert.deepEqual(frames, []);
  }),
);

Deno.test(
  "a chain that is anchored anew begins like the job's image again, and chains on from there",
  onStack(async (stack) => {
    const scenes = [1, 2, 3, 4].map((n) => ({ prompt: `Scene ${n}`, duration: 3 }));
    const id = await stack.order(scenes, { model: "kling-3-standard", reanchor_every: 2 });
    const { type, error } = await stack.ended(id);
    assert.deepEqual([type, error], ["video.generation.completed", null]);

    const clips = await clipsOf(stack, id);
    const [anchor = ""] = clips;
    for (const [n, path] of clips.entries()) {
      const likeness = await ssim({ path: anchor, at: "first" }, { path, at: "first" });
      assert.equal(likeness > SAME, n % 2 === 0, `scene ${n + 1}: SSIM ${likeness}`);
    }
    const [, , third = "", fourth = ""] = clips;
    assert.ok(await ssim({ path: third, at: "last" }, { path: fourth, at: "first" }) > SAME);
    const anchored = await stack.sql`select position from public.scenes where reanchored`;
    assert.deepEqual(anchored.map(({ position }) => position), [3]);
  }),
);

async function clipsOf({ sql, folder }: FilmStack, id: string): Promise<string[]> {
  const rows = await sql`
    select video_url from public.scenes where project_id = ${id} order by position`;
  return await Promise.all(rows.map(async ({ video_url }, n) => {
    const path = `${folder}/${n}.mp4`;
    await Deno.writeFile(path, (await fetch(video_url)).body ?? new Uint8Array());
    return path;
  }));
}
