import assert from "node:assert/strict";
import { answerHandshake } from "./answer_handshake.ts";

async function answered(scheme: string, body: string) {
  const answer = answerHandshake(scheme, new TextEncoder().encode(body));
  return answer && [answer.status, await answer.text()];
}

Deno.test("Slack gets its challenge back, Discord a pong, or nothing for its events' ping", async () => {
  const challenge = '{"type":"url_verification","token":"x","challenge":"3eZbrw1a"}';
  assert.deepEqual(await answered("slack", challenge), [200, '{"challenge":"3eZbrw1a"}']);
  assert.deepEqual(await answered("discord", '{"id":"1","type":1}'), [200, '{"type":1}']);
  assert.deepEqual(await answered("discord", '{"version":1,"type":0}'), [204, ""]);
});

Deno.test("an event is no handshake, nor is another sender's", async () => {
  for (
    const [scheme, body] of [
      ["slack", '{"type":"event_callback","challenge":"x"}'],
      ["slack", '{"type":"url_verification"}'],
      ["slack", "payload=%7B%7D"],
      ["discord", '{"type":2}'],
      ["discord", '{"type":1,"event":{"type":"APPLICATION_AUTHORIZED"}}'],
      ["hmac", '{"type":"url_verification","challenge":"x"}'],
      ["ed25519", '{"type":1}'],
    ] as const
  ) {
    assert.equal(await answered(scheme, body), null, body);
  }
});
