import assert from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import { type ChatApp, startChatApp } from "./chat_app.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

Deno.test("chat app keeps a callback with its verdict and hands it out once", async () => {
  await withChatApp(async (app) => {
    const waiting = app.next((one) => one.verified);
    assert.equal((await post(app, { id: "msg_1", body: '{"type":"video"}' })).status, 200);

    const { webhookId, body, verified } = await waiting;
    assert.deepEqual({ webhookId, body, verified }, {
      webhookId: "msg_1",
      body: { type: "video" },
      verified: true,
    });
    await post(app, { id: "msg_2", body: "{}" });
    assert.equal((await app.next()).webhookId, "msg_2");
    await assert.rejects(app.next(() => true, AbortSignal.abort(new Error("Nothing came"))));
  });
});

Deno.test("chat app answers 401 to a callback signed with another secret", async () => {
  await withChatApp(async (app) => {
    const forged = { id: "msg_2", body: "{}", secret: "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" };
    assert.equal((await post(app, forged)).status, 401);
    const callback = await app.next();
    assert.equal(callback.verified, false);
    assert.match(callback.error ?? "", /signature/);
  });
});

Deno.test("chat app takes either of two secrets", async () => {
  const other = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  const app = await startChatApp({ signingSecret: `${other},${SECRET}` });
  try {
    assert.equal((await post(app, { id: "msg_3", body: "{}" })).status, 200);
    assert.equal((await post(app, { id: "msg_3", body: "{}", secret: other })).status, 200);
    assert.equal(app.count("msg_3"), 2);
  } finally {
    await app.stop();
  }
});

Deno.test("chat app answers as it is told for so many callbacks, then takes them again", async () => {
  await withChatApp(async (app) => {
    app.behave({ status: 500 }, 2);
    const seen: number[] = [];
    for (let n = 0; n < 3; n++) seen.push((await post(app, { id: "msg_4", body: "{}" })).status);
    app.behave({ status: 302, headers: { location: `${app.url}/elsewhere` } }, 1);
    const redirect = await post(app, { id: "msg_4", body: "{}" });
    seen.push(redirect.status);
    app.behave({ status: 410 });
    seen.push((await post(app, { id: "msg_4", body: "{}" })).status);

    assert.deepEqual(seen, [500, 500, 200, 302, 410]);
    assert.equal(redirect.headers.get("location"), `${app.url}/elsewhere`);
    assert.deepEqual(app.callbacks.map((one) => one.answered), seen);
  });
});

Deno.test("chat app that hangs gives no answer but knows the callback", async () => {
  await withChatApp(async (app) => {
    app.behave("hang");
    const caller = new AbortController();
    const answer = post(app, { id: "msg_5", body: "{}", signal: caller.signal });
    assert.equal((await app.next()).answered, null);
    caller.abort(new Error("Enough"));
    await assert.rejects(answer, /Enough/);
  });
});

Deno.test("chat app serves the image that it was given", async () => {
  await withChatApp(async (app) => {
    const path = await Deno.makeTempFile({ suffix: ".png" });
    await Deno.writeFile(path, new Uint8Array([1, 2, 3]));
    const response = await fetch(app.serveImage(path));
    assert.equal(response.headers.get("content-type"), "image/png");
    assert.deepEqual([...await response.bytes()], [1, 2, 3]);
    await Deno.remove(path);
  });
});

async function post(
  app: ChatApp,
  { id, body, secret = SECRET, signal }: {
    id: string;
    body: string;
    secret?: string;
    signal?: AbortSignal;
  },
): Promise<Response> {
  const at = new Date();
  const headers = {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": new Webhook(secret).sign(id, at, body),
  };
  const method = "POST";
  const response = await fetch(app.callbackUrl, {
    method,
    headers,
    body,
    signal,
    redirect: "manual",
  });
  await response.body?.cancel();
  return response;
}

async function withChatApp(test: (app: ChatApp) => Promise<void>): Promise<void> {
  const app = await startChatApp({ signingSecret: SECRET });
  try {
    await test(app);
  } finally {
    await app.stop();
  }
}
