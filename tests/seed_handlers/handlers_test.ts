import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { findNode, findPython } from "../programs.ts";
import { type FilmStack, onStack } from "../pipeline/film_stack.ts";
import { type Receiver, startReceiver } from "./receiver.ts";

const PATIENCE = 90_000;
const REQUEST = { model: "minimax-video", prompt: "A serene mountain landscape", duration: 6 };
const Task = z.looseObject({ task_id: z.string(), status: z.string() });

const at = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const LANGUAGES = [
  { language: "Node", program: await findNode(), script: at("express_handler.mjs") },
  { language: "Python", program: await findPython(), script: at("flask_handler.py") },
];

async function order(stack: FilmStack, { webhookUrl }: Receiver, prompt: string, bearer = "mine") {
  const { status, body } = await stack.post("/videos/generations/async", {
    ...REQUEST,
    prompt,
    webhook_url: webhookUrl,
    webhook_headers: { Authorization: `Bearer ${bearer}` },
  });
  assert.equal(status, 202, JSON.stringify(body));
  return Task.parse(body).task_id;
}

async function cancel(stack: FilmStack, taskId: string) {
  return await fetch(`${stack.apiUrl}/functions/v1/videos/generations/tasks/${taskId}`, {
    method: "DELETE",
    headers: { authorization: `Bearer ${stack.env.WEBHOOK_SECRET}` },
  });
}

for (const { language, program, script } of LANGUAGES) {
  Deno.test({
    name: `the ${language} handler of the API's page takes all four kinds of body`,
    ignore: program === null,
    fn: onStack(async (stack) => {
      assert.ok(program);
      const args = [...program.args, script];
      const handler = await startReceiver(program.name, args, { WEBHOOK_SECRET: "mine" });
      const signal = AbortSignal.timeout(PATIENCE);
      try {
        stack.fal.behave({ input: ({ prompt }) => `${prompt}`.startsWith("stuck"), stuck: true });
        stack.fal.behave({
          input: ({ prompt }) => `${prompt}`.startsWith("bad"),
          fail: { status: 422, detail: [{ loc: ["body"], msg: "Flagged", type: "policy" }] },
        });
        const good = await order(stack, handler, `good, for ${language}`);
        const bad = await order(stack, handler, `bad, for ${language}`);
        const stuck = await order(stack, handler, `stuck, for ${language}`);
        const stranger = await order(stack, handler, `bad, of a stranger`, "theirs");
        assert.equal((await cancel(stack, stuck)).status, 200);
        assert.equal((await cancel(stack, stuck)).status, 409);

        const progress = await handler.next(good, "processing", signal);
        const completed = await handler.next(good, "completed", signal);
        const failed = await handler.next(bad, "failed", signal);
        const cancelled = await handler.next(stuck, "cancelled", signal);

        const all = [progress, completed, failed, cancelled];
        assert.deepEqual(all.map(({ code }) => code), [200, 200, 200, 200]);
        assert.deepEqual(Object.keys(progress.body), [
          ...["task_id", "status", "webhook_type", "timestamp"],
          ...["progress_percentage", "message", "estimated_seconds_remaining"],
        ]);
        assert.deepEqual(Object.keys(completed.body), [
          ...["task_id", "status", "webhook_type", "timestamp"],
          ...["video_url", "generation_duration_seconds", "model", "prompt"],
        ]);
        for (const { body } of [failed, cancelled]) {
          assert.deepEqual(Object.keys(body), [
            ...["task_id", "status", "webhook_type", "timestamp", "error", "model", "prompt"],
          ]);
        }
        assert.match(`${failed.body.error}`, /Flagged/);
        assert.equal((await fetch(`${completed.body.video_url}`)).status, 200);
        assert.equal((await handler.next(stranger, "failed", signal)).code, 401);
      } finally {
        await handler.stop();
      }
    }),
  });
}
