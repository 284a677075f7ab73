import assert from "node:assert/strict";
import { createDoor } from "./door.ts";
import { handMadeWorld } from "./testing/hand_made_world.ts";

Deno.test("a sender that announces more than it sends is told 408, and costs the database nothing", async () => {
  const { deps, calls } = handMadeWorld({ env: { VIDEO_WEBHOOK_SECRET: "s3cret" } });
  const { app, admit } = createDoor({ name: "video-complete", bodyWithin: 50 }, deps);
  app.post("/", async (c) => c.json({ bytes: (await admit(c)).body.length }));
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, app.fetch);
  try {
    const sender = await Deno.connect({ hostname: "127.0.0.1", port: server.addr.port });
    const head = "POST /video-complete HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{}";
    await sender.write(new TextEncoder().encode(head));

    const answer = new Uint8Array(1000);
    const read = await sender.read(answer) ?? 0;
    sender.close();

    const text = new TextDecoder().decode(answer.subarray(0, read));
    assert.match(text, /^HTTP\/1\.1 408 /);
    assert.match(text, /\{"error":"Body did not arrive in time"\}/);
    assert.deepEqual(calls, []);
  } finally {
    await server.shutdown();
  }
});
