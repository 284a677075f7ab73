import assert from "node:assert/strict";
import { type Seen, withServer } from "../testing/loopback.ts";
import type { Answer } from "../transitions/steps.ts";
import { work } from "../fal/fixture.ts";
import type { GuardedFetch } from "../outbound/guarded_fetch.ts";
import { configureStorage } from "./configure.ts";
import { connectStorage } from "./connect_storage.ts";
import { storeCaptions as writeCaptions } from "./store_captions.ts";

const STORED = () => Response.json({ Id: "1", Key: "films/x" });

async function storeCaptions(
  cues: { text: string; clip: string | null; seconds: number | null }[],
  answer: (request: Seen) => Response = STORED,
): Promise<{ answer: Answer; stored: Seen[]; url: string }> {
  const stored: Seen[] = [];
  return await withServer((request) => {
    if (request.path.startsWith("/clip")) return new Response("no video");
    stored.push(request);
    return answer(request);
  }, async ({ url }) => {
    const variables: Record<string, string> = {
      SUPABASE_URL: url,
      SUPABASE_SERVICE_ROLE_KEY: "service-key",
    };
    const configured = configureStorage({
      get: (name) => variables[name],
      fetch,
      now: () => 0,
      log: () => {},
    });
    const answered = await configured?.provider.submit(work({
      step: "store_captions",
      input: {
        project_id: "proj_1",
        path: "proj_1/0123",
        cues: cues.map(({ text, clip, seconds }) => ({
          ...{ text, seconds },
          clips: [clip ?? `${url}/clip`],
        })),
      },
    }));
    assert.ok(answered && answered.state !== "accepted");
    return { answer: answered, stored, url };
  });
}

Deno.test("captions are stored as SubRip and WebVTT, and their URLs told", async () => {
  const { answer, stored, url } = await storeCaptions([
    { text: "One & two", clip: null, seconds: 5 },
    { text: "Three", clip: null, seconds: 2 },
  ]);

  const files = stored.map(({ path, headers, body }) => [
    ...[path, headers.get("content-type"), body.includes("00:00:05")],
  ]);
  assert.deepEqual(files, [
    ["/storage/v1/object/films/proj_1/0123.srt", "application/x-subrip", true],
    ["/storage/v1/object/films/proj_1/0123.vtt", "text/vtt", true],
  ]);
  assert.ok(stored[1]?.body.includes("One &amp; two"));
  const at = `${url}/storage/v1/object/public/films/proj_1/0123`;
  assert.deepEqual(answer, {
    state: "completed",
    output: { srt_url: `${at}.srt`, vtt_url: `${at}.vtt` },
  });
});

Deno.test("the clips of a long film are looked at some at a time, and for a minute in all", async () => {
  const open = { now: 0, most: 0, all: 0 };
  const stored: string[] = [];
  const { storage } = connectStorage({ url: "http://127.0.0.1:9", key: "key" }, {
    get: () => undefined,
    async fetch(input, init?: RequestInit) {
      stored.push(await new Request(input, init).text());
      return STORED();
    },
  });
  const hanging: GuardedFetch = async (_url, { signal }) => {
    open.all++;
    open.most = Math.max(open.most, ++open.now);
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    open.now--;
    throw signal.reason;
  };
  const cue = { text: "One", seconds: 5, clips: ["https://cdn.example.com/clip.mp4"] };

  const answer = await writeCaptions(
    {
      storage,
      fetch: hanging,
      timeoutMs: 50,
      filmUrls: "public",
      log: () => {},
    },
    work({ step: "store_captions", input: { cues: Array(120).fill(cue), path: "proj_1/0123" } }),
  );

  assert.equal(answer.state, "completed");
  assert.deepEqual([open.most, open.all], [20, 20]);
  assert.ok(stored[0]?.includes("00:09:55,000 --> 00:10:00,000"));
});

Deno.test("without any length, told or ordered, captions are not timed by guess", async () => {
  const { answer, stored } = await storeCaptions([{ text: "One", clip: null, seconds: null }]);

  assert.equal(answer.state, "failed");
  assert.deepEqual(stored, []);
});

Deno.test("captions that Storage does not take are tried again", async () => {
  const refused = () => Response.json({ message: "Busy" }, { status: 503 });
  const { answer } = await storeCaptions([{ text: "One", clip: null, seconds: 5 }], refused);

  assert.equal(answer.state === "failed" && answer.error.retryable, true);
});
