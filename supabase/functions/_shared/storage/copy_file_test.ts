import assert from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import { copyFile } from "./copy_file.ts";

/** As an MP4 begins. */
const HALF = new TextEncoder().encode("    ftypisom".padEnd(300_000, "a"));

Deno.test("a file is streamed: Storage has its first half before the source sends the second", async () => {
  const firstHalfArrived = Promise.withResolvers<void>();
  let stored = 0;

  async function* slowly() {
    yield HALF;
    await firstHalfArrived.promise;
    yield HALF;
  }
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    if (request.method === "GET") return new Response(ReadableStream.from(slowly()));
    for await (const chunk of request.body ?? []) {
      stored += chunk.byteLength;
      if (stored >= HALF.byteLength) firstHalfArrived.resolve();
    }
    return Response.json({ Id: "1", Key: "films/1.mp4" });
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  const { storage } = createClient(url, "service-key", {
    auth: { persistSession: false, autoRefreshToken: false },
  });

  await copyFile(
    { storage, fetch, timeoutMs: 5000 },
    { from: `${url}/film`, to: "1.mp4", kind: "video" },
  );

  assert.equal(stored, 2 * HALF.byteLength);
  await server.shutdown();
});
