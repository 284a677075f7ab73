import assert from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import { signWebhook } from "./sign_webhook.ts";

const OLD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NEW = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

Deno.test("the standardwebhooks package makes the same signature", () => {
  const timestamp = 1614265330;
  const message = { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp, body: '{"test": 2432232314}' };

  const headers = signWebhook([OLD], message);

  const oracle = new Webhook(OLD).sign(message.id, new Date(timestamp * 1000), message.body);
  assert.equal(headers["webhook-signature"], oracle);
  assert.equal(headers["webhook-id"], message.id);
  assert.equal(headers["webhook-timestamp"], "1614265330");
});

Deno.test("during a rotation whoever knows one of the two secrets can verify", () => {
  const timestamp = Math.floor(Date.now() / 1000);
  const body = '{"type":"video.generation.completed","text":"ü"}';

  const headers = signWebhook([OLD, NEW], { id: "msg_1", timestamp, body });

  assert.deepEqual(new Webhook(OLD).verify(body, headers), JSON.parse(body));
  assert.deepEqual(new Webhook(NEW).verify(body, headers), JSON.parse(body));
});

Deno.test("nothing is signed without a secret", () => {
  assert.throws(() => signWebhook([], { id: "msg_1", timestamp: 1, body: "{}" }), /no secret/);
});

Deno.test("a secret that is not base64 keeps the one beside it from nothing", () => {
  const timestamp = Math.floor(Date.now() / 1000);
  const message = { id: "msg_1", timestamp, body: "{}" };

  const headers = signWebhook(["whsec_not-base64", OLD], message);

  assert.deepEqual(new Webhook(OLD).verify("{}", headers), {});
  assert.throws(() => signWebhook(["whsec_not-base64"], message), /not base64/);
});
