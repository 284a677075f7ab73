import { deepEqual, equal } from "node:assert/strict";
import { outsideEnvironment } from "./outside.ts";
import { functionsEnvironment } from "./stack_environment.ts";

const apiUrl = "http://127.0.0.1:1";
const keys = { secret: "sb_secret_1", publishable: "sb_publishable_1" };
const fal = { queueUrl: "http://127.0.0.1:2", apiUrl: "http://127.0.0.1:3", jwksUrl: "jwks" };
const NOBODY = { fal: null, video: null, frame: null, stitch: null, notification: null };
const outside = outsideEnvironment({ ...NOBODY, fal });

Deno.test("functions are sent to the simulator, where nobody chose another address", () => {
  const given = { FAL_QUEUE_URL: "https://queue.fal.run", FAL_KEY: "own" };

  const env = functionsEnvironment({ given, apiUrl, keys, outside });

  deepEqual([env.FAL_KEY, env.FAL_QUEUE_URL, env.FAL_API_URL, env.FAL_JWKS_URL], [
    "own",
    "https://queue.fal.run",
    fal.apiUrl,
    fal.jwksUrl,
  ]);
});

Deno.test("without simulators nothing is said about fal", () => {
  const env = functionsEnvironment({ given: {}, apiUrl, keys, outside: {} });

  deepEqual(Object.keys(env).filter((name) => name.startsWith("FAL_")), []);
});

Deno.test("a service that is played has an address and a key, and says nothing about fal", () => {
  const frame = { url: "http://127.0.0.1:4" };

  deepEqual(outsideEnvironment({ ...NOBODY, frame }), {
    LAST_FRAME_SERVICE_URL: frame.url,
    LAST_FRAME_API_KEY: "key-of-the-simulator",
  });
});

Deno.test("a tunnel may take the place of the local address, but not of the project's own", () => {
  const given = {
    WEBHOOK_BASE_URL: "https://t.example/functions/v1",
    SUPABASE_URL: "https://else",
  };

  const env = functionsEnvironment({ given, apiUrl, keys, outside: {} });

  equal(env.WEBHOOK_BASE_URL, given.WEBHOOK_BASE_URL);
  equal(env.SUPABASE_URL, apiUrl);
  equal(env.SUPABASE_SECRET_KEYS, '{"default":"sb_secret_1"}');
});
