import assert from "node:assert/strict";
import { configureProviders } from "../providers.ts";
import { withServer } from "../testing/loopback.ts";
import { FRAME, NOW, STITCH, VIDEO, workOf } from "./fixture.ts";
import {
  configureFrameService,
  configureStitchService,
  configureVideoService,
} from "./configure.ts";

type Env = Record<string, string>;

function deps(env: Env, logged: unknown[] = []) {
  return {
    get: (name: string) => env[name],
    fetch,
    now: () => NOW,
    log: (event: string, fields: Record<string, unknown> = {}) => {
      logged.push({ event, ...fields });
    },
  };
}

const BASE = { WEBHOOK_BASE_URL: "https://project.example.com/functions/v1/" };

Deno.test("a service whose URL is not set does nothing", () => {
  const env = {
    ...BASE,
    VIDEO_GENERATION_API_KEY: "k",
    LAST_FRAME_API_KEY: "k",
    STITCH_API_KEY: "k",
  };

  assert.equal(configureVideoService(deps(env)), null);
  assert.equal(configureFrameService(deps(env)), null);
  assert.equal(configureStitchService(deps(env)), null);
});

Deno.test("the stitch service finishes the film, the others do one step each, the frame service no thumbnails", () => {
  const env = {
    ...BASE,
    VIDEO_GENERATION_SERVICE: "https://video.example.com",
    VIDEO_GENERATION_API_KEY: "v",
    LAST_FRAME_SERVICE_URL: "https://frames.example.com",
    LAST_FRAME_API_KEY: "f",
    STITCH_SERVICE_URL: "https://stitch.example.com",
    STITCH_API_KEY: "s",
  };
  const all = [configureVideoService, configureFrameService, configureStitchService];

  assert.deepEqual(
    all.map((configure) => configure(deps(env))).map((one) => [one?.name, one?.steps]),
    [
      ["video", ["generate_clip"]],
      ["lastframe", ["extract_last_frame"]],
      ["stitch", ["stitch", "mux_audio", "mix_music", "burn_captions"]],
    ],
  );
});

Deno.test("a service does its step, fal the rest", () => {
  const env = {
    ...BASE,
    FAL_KEY: "key",
    LAST_FRAME_SERVICE_URL: "https://frames.example.com",
    LAST_FRAME_API_KEY: "f",
  };
  const { steps, byName } = configureProviders(deps(env));

  assert.deepEqual(steps, {
    reframe_image: "fal",
    generate_clip: "fal",
    extract_last_frame: "lastframe",
    extract_thumbnail: "fal",
    stitch: "fal",
    generate_voice: "fal",
    generate_music: "fal",
    level_music: "fal",
    mux_audio: "fal",
    mix_music: "fal",
    cancel_request: "fal",
  });
  assert.notEqual(byName("lastframe"), null);
  assert.equal(byName("video"), null);
});

Deno.test("a service is called with its own key and calls back at its own door", async () => {
  const answer = () => Response.json({ task_id: "task_1", status: "pending" });
  await withServer(answer, async ({ url, seen }) => {
    const env = {
      ...BASE,
      STITCH_SERVICE_URL: `${url}/`,
      STITCH_API_KEY: "stitch-key",
      LAST_FRAME_SERVICE_URL: url,
      LAST_FRAME_API_KEY: "frame-key",
      LASTFRAME_WEBHOOK_URL: "https://tunnel.example.com/frames",
    };
    await configureStitchService(deps(env))?.provider.submit(workOf(STITCH));
    await configureFrameService(deps(env))?.provider.submit(workOf(FRAME));

    const calls = seen.map(({ path, headers, body }) => ({
      path,
      key: headers.get("authorization"),
      callback: String(JSON.parse(body).webhook_url).split("?")[0],
    }));
    assert.deepEqual(calls, [{
      path: "/v1/stitch",
      key: "Bearer stitch-key",
      callback: "https://project.example.com/functions/v1/stitch-complete",
    }, {
      path: "/v1/frames",
      key: "Bearer frame-key",
      callback: "https://tunnel.example.com/frames",
    }]);
  });
});

Deno.test("a service that lacks something keeps its step and says what it lacks", async () => {
  const service = "https://video.example.com";
  const cases: [Env, string][] = [
    [{ ...BASE, VIDEO_GENERATION_SERVICE: service }, "VIDEO_GENERATION_API_KEY"],
    [{ VIDEO_GENERATION_SERVICE: service, VIDEO_GENERATION_API_KEY: "k" }, "WEBHOOK_BASE_URL"],
    ...["video.example.com", "ftp://v", "https://me:secret@v", "https://v?key=1"].map((
      url,
    ): [Env, string] => [
      { ...BASE, VIDEO_GENERATION_SERVICE: url, VIDEO_GENERATION_API_KEY: "k" },
      "VIDEO_GENERATION_SERVICE",
    ]),
  ];

  for (const [env, missing] of cases) {
    const logged: unknown[] = [];
    const configured = configureVideoService(deps(env, logged));

    assert.deepEqual(configured?.steps, ["generate_clip"]);
    assert.deepEqual(logged, [{ event: "service.not_configured", service: "video", missing }]);
    assert.deepEqual(await configured?.provider.submit(workOf(VIDEO)), {
      state: "failed",
      error: {
        message: `Cannot use the video service: ${missing} is missing or cannot be used`,
        retryable: true,
      },
    });
  }
});
