import assert from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import { connectStorage } from "./connect_storage.ts";
import { copyFile } from "./copy_file.ts";

const ADDRESS = { url: "http://127.0.0.1:9", key: "key" };
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

Deno.test("a length that is said twice is the file's all the same", async () => {
  let stored = 0;
  const { storage } = connectStorage(ADDRESS, {
    get: () => undefined,
    async fetch(input, init?: RequestInit) {
      stored = (await new Request(input, init).arrayBuffer()).byteLength;
      return Response.json({ Id: "1", Key: "films/1.mp4" });
    },
  });
  // `Headers` joins what comes in two lines, or what a proxy has joined already.
  const headers = { "content-length": `${HALF.length}, ${HALF.length}` };

  await copyFile(
    {
      storage,
      fetch: () => Promise.resolve(new Response(HALF.slice(), { headers })),
      timeoutMs: 5000,
    },
    { from: "https://cdn.example.com/film", to: "1.mp4", kind: "video" },
  );

  assert.equal(stored, HALF.length);
});

Deno.test("a film that Storage refuses before it has all of it lets go of its source", async () => {
  const refusing = () => Promise.resolve(Response.json({ message: "Too large" }, { status: 413 }));
  const { storage } = connectStorage(ADDRESS, { get: () => undefined, fetch: refusing });
  let isOpen = true;
  const endless = (_url: string, { signal }: { signal: AbortSignal }) => {
    signal.addEventListener("abort", () => isOpen = false);
    const pull = (controller: ReadableStreamDefaultController) => controller.enqueue(HALF);
    return Promise.resolve(new Response(new ReadableStream({ pull })));
  };

  await assert.rejects(
    copyFile(
      { storage, fetch: endless, timeoutMs: 5000 },
      { from: "https://cdn.example.com/film", to: "1.mp4", kind: "video" },
    ),
    /Too large/,
  );

  assert.equal(isOpen, false);
});
