import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { makeClip } from "../../local/simulators/media.ts";
import { makePicture } from "../../local/simulators/picture.ts";
import { type FilmStack, onStack } from "../pipeline/film_stack.ts";
import { prepareDriver, runPython } from "./python.ts";

const WORKER = fileURLToPath(new URL("worker.py", import.meta.url));
const SIZE = { width: 64, height: 64 };

const missing = await prepareDriver();
if (missing !== null) console.warn(`\n!!! SKIPPED: the outside worker: ${missing}\n`);

const Chunk = z.object({
  chunk_id: z.string(),
  request_id: z.string(),
  status: z.string(),
  kling_video_url: z.string().nullable(),
  is_dated: z.boolean(),
  error: z.string().nullable(),
});

async function work(stack: FilmStack, prompt: string, driver: string) {
  const { ok, output } = await runPython([WORKER], {
    DATABASE_URL: stack.dbUrl,
    FAL_QUEUE_URL: stack.fal.queueUrl,
    FAL_KEY: "the-worker's-own",
    WEBHOOK_URL: `${stack.apiUrl}/functions/v1/fal-webhook`,
    TARGET_IMAGE_URL: stack.imageUrl,
    DRIVER_VIDEO_URL: driver,
    PROMPT: prompt,
    PATIENCE_S: "30",
  });
  assert.ok(ok, output);
  return Chunk.parse(JSON.parse(output));
}

/** What became of the callback, and whether it was there before the chunk. */
async function callbackOf({ sql }: FilmStack, requestId: string): Promise<unknown[]> {
  const rows = await sql`
    select webhook_logs.outcome, webhook_logs.received_at < video_chunks.created_at as was_first
    from public.webhook_logs join public.video_chunks using (request_id) where request_id = ${requestId}`;
  return rows.map(({ outcome, was_first }) => [outcome, was_first ? "early" : "in time"]);
}

Deno.test({
  name: "a worker outside submits by itself, keeps its own chunk and finds it by the polling query",
  ignore: missing !== null,
  fn: onStack(async (stack, t) => {
    const folder = await Deno.makeTempDir();
    const [image, path] = [`${folder}/dancer.png`, `${folder}/driver.mp4`];
    await makePicture({ path: image, words: "a dancer", ...SIZE });
    await makeClip({ image, path, seconds: 1, size: SIZE, words: "dances" });
    const driver = stack.chat.serveImage(path);

    await t.step("the callback comes after the chunk", async () => {
      stack.fal.behave({ webhookAfterMs: 500 });
      const chunk = await work(stack, "late", driver);
      stack.fal.behaveWell();

      assert.deepEqual([chunk.status, chunk.is_dated, chunk.error], ["COMPLETED", true, null]);
      const [request] = stack.fal.requests;
      assert.equal(chunk.request_id, request?.requestId);
      assert.ok(JSON.stringify(request?.result?.body).includes(chunk.kling_video_url ?? "none"));
      assert.deepEqual(await callbackOf(stack, chunk.request_id), [["applied", "in time"]]);
      const [row] = await stack.sql`
        select final_video_url, project_id from public.video_chunks where chunk_id = ${chunk.chunk_id}`;
      assert.deepEqual(row, {
        final_video_url: `${chunk.kling_video_url}?muxed`,
        project_id: null,
      });
    });

    await t.step("the callback came before the chunk", async () => {
      stack.fal.behave({ webhook: "early" });
      const chunk = await work(stack, "early", driver);
      stack.fal.behaveWell();

      assert.equal(chunk.status, "COMPLETED");
      assert.deepEqual(await callbackOf(stack, chunk.request_id), [["applied", "early"]]);
    });

    await t.step("fal fails", async () => {
      stack.fal.behave({ fail: { status: 422, detail: "The driver video shows nobody" } });
      const chunk = await work(stack, "fails", driver);

      assert.deepEqual([chunk.status, chunk.is_dated], ["FAILED", true]);
      assert.match(chunk.error ?? "", /shows nobody/);
    });

    assert.equal((await stack.sql`select from private.steps`).length, 0, "it triggers nothing");
    await Deno.remove(folder, { recursive: true });
  }),
});
