import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { type DemoTask, orderFilm } from "./demo_film.ts";
import { startChatApp } from "./simulators/chat_app.ts";
import { serveHttp } from "./simulators/http_server.ts";

const SECRET = "a secret of clients";
const CALLBACK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const TASK: DemoTask = {
  status: "completed",
  progress: 100,
  scenes: [{ scene_id: "scene_1", position: 1, status: "completed", video_url: "http://a/1" }],
  final_video_url: "http://a/film",
  error: null,
};
const COMPLETED = {
  type: "video.generation.completed",
  data: { task_id: "proj_1", final_video_url: "http://a/film", error: null },
};

Deno.test("an order is signed over its exact bytes and ends with the film of the callback", async () => {
  const watched: DemoTask[] = [];
  const { filmUrl, task, signature, body } = await order({ callback: COMPLETED }, (one) => {
    watched.push(one);
  });
  assert.equal(signature, createHmac("sha256", SECRET).update(body).digest("hex"));
  assert.equal(JSON.parse(body).video_id, "demo");
  assert.deepEqual([filmUrl, task], ["http://a/film", TASK]);
  assert.deepEqual(watched.at(-1), TASK);
});

Deno.test("an order fails with the callback's own words when the film failed", async () => {
  const data = { ...COMPLETED.data, final_video_url: null, error: "The model refused" };
  const failed = { type: "video.generation.failed", data };
  await assert.rejects(order({ callback: failed }), /video.generation.failed, The model refused/);
});

Deno.test("an order does not trust a callback with a foreign signature", async () => {
  const secret = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  await assert.rejects(order({ callback: COMPLETED, secret }), /Cannot trust callback/);
});

Deno.test("an order that is refused says how", async () => {
  await assert.rejects(order({ callback: COMPLETED, answer: 400 }), /it answered 400/);
});

/** Orders from a door that answers and at once sends `callback`. */
async function order(
  { callback, secret = CALLBACK_SECRET, answer = 202 }: {
    callback: unknown;
    secret?: string;
    answer?: number;
  },
  watch: (task: DemoTask) => void = () => {},
) {
  const chat = await startChatApp({ signingSecret: CALLBACK_SECRET });
  let [signature, body] = ["", ""];
  const door = await serveHttp({
    handle: async (request) => {
      if (request.method === "GET") return Response.json(TASK);
      signature = request.headers.get("x-webhook-signature") ?? "";
      body = await request.text();
      if (answer === 202) await sendCallback(chat.callbackUrl, secret, JSON.stringify(callback));
      const status_url = `${door.url}/functions/v1/webhook/task/proj_1?token=t`;
      return Response.json({ task_id: "proj_1", status_url }, { status: answer });
    },
  });
  try {
    const ordered = await orderFilm({
      apiUrl: door.url,
      secret: SECRET,
      job: { video_id: "demo" },
      chat,
      watch,
      signal: new AbortController().signal,
    });
    return { ...ordered, signature, body };
  } finally {
    await door.stop();
    await chat.stop();
  }
}

async function sendCallback(url: string, secret: string, body: string): Promise<void> {
  const at = new Date();
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "webhook-id": "msg_1",
      "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
      "webhook-signature": new Webhook(secret).sign("msg_1", at, body),
    },
    body,
  });
  await response.body?.cancel();
}
