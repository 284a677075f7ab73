import assert from "node:assert/strict";
import { refusingUrl, withServer } from "../supabase/functions/_shared/testing/loopback.ts";
import { register, registrations, shownRegistration } from "./webhook_registration.ts";

function environment(service: string): Record<string, string> {
  return {
    WEBHOOK_BASE_URL: "https://films.example/functions/v1/",
    VIDEO_GENERATION_SERVICE: `${service}/video/`,
    VIDEO_GENERATION_API_KEY: "key-of-video",
    VIDEO_WEBHOOK_SECRET: "newer-secret,older-secret",
    LAST_FRAME_SERVICE_URL: `${service}/frame`,
    LASTFRAME_WEBHOOK_SECRET: "frame-secret",
    STITCH_SERVICE_URL: `${service}/stitch`,
    STITCH_WEBHOOK_SECRET: "stitch-secret",
  };
}

function from(values: Record<string, string>) {
  return registrations((name) => values[name]);
}

Deno.test("each configured service is told its door, its events and its first secret", async () => {
  await withServer(() => Response.json({ id: "hook_1" }, { status: 201 }), async (server) => {
    for (const one of from(environment(server.url))) {
      assert.deepEqual(await register(one), { ok: true, answer: '201 {"id":"hook_1"}' });
    }

    assert.deepEqual(
      server.seen.map(({ method, path, body }) => [method, path, JSON.parse(body)]),
      [
        ["POST", "/video/api/webhooks/register", {
          url: "https://films.example/functions/v1/video-complete",
          events: ["task.completed", "task.failed"],
          secret: "newer-secret",
        }],
        ["POST", "/frame/api/webhooks/register", {
          url: "https://films.example/functions/v1/last-frame-complete",
          events: ["extraction.completed", "extraction.failed"],
          secret: "frame-secret",
        }],
        ["POST", "/stitch/api/webhooks/register", {
          url: "https://films.example/functions/v1/stitch-complete",
          events: ["stitch.completed", "stitch.failed"],
          secret: "stitch-secret",
        }],
      ],
    );
    assert.deepEqual(server.seen.map(({ headers }) => headers.get("authorization")), [
      "Bearer key-of-video",
      null,
      null,
    ]);
  });
});

Deno.test("only what is configured is registered; LASTFRAME_WEBHOOK_URL goes before the base", () => {
  const all = from({
    LAST_FRAME_SERVICE_URL: "https://frames.example",
    LAST_FRAME_WEBHOOK_SECRET: "frame-secret",
    LASTFRAME_WEBHOOK_URL: "https://elsewhere.example/frames",
  });

  assert.deepEqual(all.map(({ service, body: { url } }) => [service, url]), [
    ["frame", "https://elsewhere.example/frames"],
  ]);
  assert.deepEqual(from({}), []);
});

Deno.test("a service without a secret, or without a door that it could reach, is refused", () => {
  const { VIDEO_WEBHOOK_SECRET: _, ...bare } = environment("https://services.example");
  assert.throws(() => from(bare), /the video service: VIDEO_WEBHOOK_SECRET is not set/);

  const { WEBHOOK_BASE_URL: __, ...homeless } = environment("https://services.example");
  assert.throws(() => from(homeless), /the video service: WEBHOOK_BASE_URL is not set/);
});

Deno.test("neither secret nor key is shown, not even where the service echoes it", async () => {
  await withServer(({ body }) => new Response(body, { status: 422 }), async ({ url }) => {
    const [video] = from(environment(url));
    assert(video);
    const { ok, answer } = await register(video);

    assert.equal(ok, false);
    for (const text of [shownRegistration(video), answer]) {
      assert.match(text, /video-complete/);
      assert.doesNotMatch(text, /newer-secret|key-of-video/);
    }
  });
});

Deno.test("a service that is away is said so", async () => {
  const [video] = from(environment(refusingUrl()));
  assert(video);

  const { ok, answer } = await register(video);

  assert.equal(ok, false);
  assert.match(answer, /^Cannot reach http:.*\/video\/api\/webhooks\/register/);
});
