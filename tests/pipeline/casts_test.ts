import assert from "node:assert/strict";
import { z } from "zod";
import { probe } from "../../local/simulators/probe.ts";
import { ssim } from "../../local/simulators/ssim.ts";
import { type FilmStack, onStack } from "./film_stack.ts";

const SCENES = [{ prompt: "one" }, { prompt: "two" }];
/** The same frame twice encoded is less alike where the picture is so small. */
const LEAST_LIKENESS = 0.9;

const Told = z.object({ type: z.string(), data: z.looseObject({ task_id: z.string() }) });

async function keepFilm({ sql }: FilmStack, path: string): Promise<string> {
  const [project] = await sql`select final_video_url, thumbnail_url from public.projects`;
  await Deno.writeFile(path, new Uint8Array(await bytesOf(project?.final_video_url)));
  assert.ok((await bytesOf(project?.thumbnail_url)).byteLength > 100);
  return project?.final_video_url;
}

async function bytesOf(url: string): Promise<ArrayBuffer> {
  const response = await fetch(url);
  assert.equal(response.status, 200, url);
  return await response.arrayBuffer();
}

Deno.test("the same film comes of fal, of services alone, and of both together", async (t) => {
  const folder = await Deno.makeTempDir();
  const paths: string[] = [];
  try {
    for (const providers of ["fal", "services", "mixed"] as const) {
      const path = `${folder}/${providers}.mp4`;
      paths.push(path);
      const make = async (stack: FilmStack) => {
        const id = await stack.order(SCENES);
        const { type, callback } = await stack.ended(id);
        await stack.settled();

        assert.deepEqual([type, callback.verified], ["video.generation.completed", true]);
        const url = await keepFilm(stack, path);
        assert.deepEqual([...await stack.sql`select * from private.check_invariants()`], []);
        const used = await stack.sql`
          select distinct steps.kind, attempts.provider from private.attempts join private.steps using (step_id)
          order by 1, 2`;
        assert.deepEqual(used.map(({ kind, provider }) => `${kind} ${provider}`), ROADS[providers]);
        if (providers === "services") assert.ok(url.startsWith(stack.stitch.mediaUrl));
        if (providers === "fal") return;

        const { notifications } = stack.notification;
        const told = notifications.map(({ body }) => Told.parse(body));
        assert.deepEqual(told.map(({ type, data }) => [type, data.task_id]), [[type, id]]);
        assert.equal(notifications[0]?.authorized, true);
        assert.ok(notifications[0]?.headers["webhook-signature"]);
      };
      await onStack(make, {}, { providers })(t);
    }

    const [first = "", ...others] = paths;
    const { frames, duration } = await probe(first);
    for (const other of others) {
      const theirs = await probe(other);
      assert.deepEqual([theirs.frames, theirs.duration], [frames, duration]);
      for (const at of [0, Math.floor(frames / 2), frames - 1]) {
        const likeness = await ssim({ path: first, at }, { path: other, at });
        assert.ok(likeness > LEAST_LIKENESS, `frame ${at} of ${other}: SSIM ${likeness}`);
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Which step went to whom. */
const ROADS = {
  fal: [
    "extract_last_frame fal",
    "extract_thumbnail fal",
    "generate_clip fal",
    "stitch fal",
    "store_film storage",
  ],
  services: ["extract_last_frame lastframe", "generate_clip video", "stitch stitch"],
  mixed: [
    "extract_last_frame lastframe",
    "extract_thumbnail fal",
    "generate_clip fal",
    "stitch fal",
    "store_film storage",
  ],
};
