import assert from "node:assert/strict";
import { withServer } from "../testing/loopback.ts";
import { falDeps, KEY, MODEL, TOKEN, work } from "./fixture.ts";
import { createFalProvider } from "./provider.ts";

const ACCEPTED = {
  status: "IN_QUEUE",
  request_id: "req_1",
  status_url: "https://queue.fal.run/fal-ai/kling-video/requests/req_1/status",
  response_url: "https://queue.fal.run/fal-ai/kling-video/requests/req_1/response",
  cancel_url: "https://queue.fal.run/fal-ai/kling-video/requests/req_1/cancel",
  queue_position: 0,
};

Deno.test("a clip is submitted in its model's words, with key and callback URL, and kept by its URLs", async () => {
  await withServer(() => Response.json(ACCEPTED), async ({ url, seen }) => {
    const submitted = await createFalProvider(falDeps(url)).submit(work());

    const { queue_position: _, status: __, ...submission } = ACCEPTED;
    assert.deepEqual(submitted, { state: "accepted", submission });
    const [call] = seen;
    const callback = "https://project.example.com/functions/v1/fal-webhook?token=" + TOKEN;
    assert.equal(call?.method, "POST");
    assert.equal(call?.path, `/${MODEL}?fal_webhook=${encodeURIComponent(callback)}`);
    assert.equal(call?.headers.get("authorization"), `Key ${KEY}`);
    assert.deepEqual(JSON.parse(call?.body ?? ""), {
      prompt: "A fox in the snow",
      duration: "5",
      image_url: "https://files.example.com/fox.png",
    });
  });
});

Deno.test("the job's trace goes out with the submission, and only where there is one", async () => {
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  await withServer(() => Response.json(ACCEPTED), async ({ url, seen }) => {
    const traced = work();
    await createFalProvider(falDeps(url)).submit({
      ...traced,
      attempt: { ...traced.attempt, traceparent },
    });
    await createFalProvider(falDeps(url)).submit(work());

    assert.deepEqual(seen.map(({ headers }) => headers.get("traceparent")), [traceparent, null]);
  });
});

Deno.test("frames and stitching have endpoints of their own", async () => {
  const cases = [
    {
      step: "extract_last_frame",
      input: { video_url: "https://v/1.mp4", scene_id: "scene_1" },
      endpoint: "fal-ai/ffmpeg-api/extract-frame",
      body: { video_url: "https://v/1.mp4", frame_type: "last" },
    },
    {
      step: "extract_thumbnail",
      input: { video_url: "https://v/1.mp4" },
      endpoint: "fal-ai/ffmpeg-api/extract-frame",
      body: { video_url: "https://v/1.mp4", frame_type: "first" },
    },
    {
      step: "stitch",
      input: { video_urls: ["https://v/1.mp4", "https://v/2.mp4"], aspect_ratio: "9:16" },
      endpoint: "fal-ai/ffmpeg-api/merge-videos",
      body: { video_urls: ["https://v/1.mp4", "https://v/2.mp4"] },
    },
  ] as const;

  for (const { step, input, endpoint, body } of cases) {
    await withServer(() => Response.json(ACCEPTED), async ({ url, seen }) => {
      await createFalProvider(falDeps(url)).submit(work({ step, input: { ...input } }));

      assert.equal(seen[0]?.path.split("?")[0], `/${endpoint}`);
      assert.deepEqual(JSON.parse(seen[0]?.body ?? ""), body);
    });
  }
});

Deno.test("an unknown model is not sent anywhere, and not looked for for ever", async () => {
  await withServer(() => Response.json(ACCEPTED), async ({ url, seen }) => {
    const input = { ...work().attempt.input, model: "https://evil.example/fal.run" };
    const fal = createFalProvider(falDeps(url));
    const unknown = work({ input, attempt: { request_id: "req_1" } });

    assert.equal((await fal.submit(unknown)).state, "failed");
    assert.equal((await fal.ask(unknown)).state, "unreachable");
    assert.equal((await fal.find(unknown)).state, "lost");
    assert.equal(seen.length, 0);
  });
});
