import assert from "node:assert/strict";
import { checkEnvironment } from "./check_environment.ts";
import { finding, isBad } from "./finding.ts";
import { platformEnvironment } from "./platform_environment.ts";

const SECRET = "whsec_" + btoa("a secret of at least 24 bytes");
const HOSTED = "https://films.test/functions/v1";
const FULL: Record<string, string> = {
  WEBHOOK_SECRET: "s",
  PIPELINE_BELL_SECRET: SECRET,
  CALLBACK_SIGNING_SECRET: SECRET,
  OPERATOR_KEY: "o",
  FAL_KEY: "k",
};

Deno.test("doctor finds all that a hosted installation needs: fal's key and four secrets", () => {
  assert.deepEqual(report(FULL).filter((line) => /^(missing|wrong)/.test(line)), []);
});

Deno.test("doctor names each variable that is missing or wrong", () => {
  const breaks: [Record<string, string>, RegExp][] = [
    [{ WEBHOOK_SECRET: "" }, /^missing +Secret of the door webhook\n/],
    [{ PIPELINE_BELL_SECRET: " " }, /^missing +Secret of the door pipeline-step\n/],
    [{ FAL_KEY: "" }, /^missing +A provider for generate_clip\n.*FAL_KEY/],
    [{ CALLBACK_SIGNING_SECRET: "" }, /^note +CALLBACK_SIGNING_SECRET is not set/],
    [{ CALLBACK_SIGNING_SECRET: "plain" }, /^wrong +CALLBACK_SIGNING_SECRET is not whsec_/],
    [{ CALLBACK_SIGNING_SECRET: "whsec_a-b" }, /^wrong +CALLBACK_SIGNING_SECRET is not whsec_/],
    [{ CALLBACK_SIGNING_SECRET: `${SECRET},new` }, /^wrong +CALLBACK_.*, secret 2 of 2, is not/],
    [{ CALLBACK_SIGNING_SECRET: `v1,${SECRET}, ${SECRET}` }, /^ok +CALLBACK_SIGNING_SECRET$/],
    [{ FAL_USER_ID: "" }, /^note +FAL_USER_ID is not set/],
    [{ FAL_USER_ID: "u" }, /^ok +FAL_USER_ID$/],
    [{ OPERATOR_KEY: "" }, /^note +OPERATOR_KEY is not set/],
    [{ WEBHOOK_BASE_URL: "films.test" }, /^wrong +WEBHOOK_BASE_URL is no URL: films\.test/],
    [{ LAST_FRAME_SERVICE_URL: "https://f.test" }, /^missing +LAST_FRAME_API_KEY, or it cannot/],
    [{ STITCH_SERVICE_URL: "here", STITCH_API_KEY: "k" }, /^missing +STITCH_SERVICE_URL, or it/],
    [{ RATE_LIMIT_FAL: "many" }, /^wrong +Cannot read RATE_LIMIT_FAL: it is not a positive/],
    [{ FILM_URLS: "sign" }, /^wrong +FILM_URLS is neither public nor signed: sign\n.*public/],
    [{ OPERATOR_KEY: "," }, /^note +OPERATOR_KEY is not set/],
    [{ FAL_KEY: "put-the-key-of-fal-here" }, /^wrong +FAL_KEY is no key of fal's/],
    [{ FAL_KEY: "old,new" }, /^wrong +FAL_KEY is no key of fal's\n.*one key/],
    [{ FAL_QUEUE_URL: "queue.fal.run" }, /^wrong +FAL_QUEUE_URL is no URL\n/],
    [{ NOTIFICATION_SERVICE_URL: "desk" }, /^wrong +NOTIFICATION_SERVICE_URL is no URL\n/],
    [{ UPSTASH_REDIS_REST_URL: "https://r.test" }, /^wrong +UPSTASH_REDIS_REST_TOKEN is not set/],
    [{ UPSTASH_REDIS_REST_TOKEN: "t" }, /^wrong +UPSTASH_REDIS_REST_URL is not set/],
    [{ CORS_ORIGINS: "https://a.test,b.test" }, /^wrong +CORS_ORIGINS: no page .* b\.test/],
    [{ CORS_ORIGINS: "https://*.a.test" }, /^wrong +CORS_ORIGINS: no page/],
    [{ STORE_FILMS: "true" }, /^wrong +STORE_FILMS takes always alone: true/],
    [{ SENTRY_DSN: "here" }, /^wrong +SENTRY_DSN is no DSN/],
    [{ ALLOW_PRIVATE_TARGETS: "1" }, /^wrong +ALLOW_PRIVATE_TARGETS is set/],
    [{ WEBHOOK_BASE_URL: "http://films.test" }, /^note +Providers call back at http:.*only from/],
  ];
  for (const [change, expected] of breaks) {
    const lines = report({ ...FULL, ...change });
    assert(lines.some((line) => expected.test(line)), `${expected}: ${lines.join("\n")}`);
  }
});

Deno.test("doctor has nothing to say of a variable that holds what it takes", () => {
  const lines = report({
    ...FULL,
    ...{ FAL_QUEUE_URL: "https://queue.fal.run", OPENAI_BASE_URL: "http://10.0.0.1:8000/v1" },
    ...{ UPSTASH_REDIS_REST_URL: "https://r.test", UPSTASH_REDIS_REST_TOKEN: "t" },
    CORS_ORIGINS: "https://a.test/, http://localhost:3000,*",
    STORE_FILMS: "always",
    SENTRY_DSN: "https://key@errors.test/1",
  });
  assert.deepEqual(lines.filter((line) => /^(missing|wrong)/.test(line)), []);
});

Deno.test("doctor knows whom the pocket Supabase plays, and sets what the platform sets", () => {
  const { FAL_KEY: _, ...rest } = FULL;
  const get = platformEnvironment((name) => rest[name], "http://127.0.0.1:54321/functions/v1");

  const findings = checkEnvironment(get);
  assert.deepEqual(findings.filter(isBad), []);
  assert.doesNotMatch(findings.map(finding).join("\n"), /OPENAI_API_KEY is not set|generate_voice/);
});

function report(env: Record<string, string>): string[] {
  return checkEnvironment(platformEnvironment((name) => env[name], HOSTED)).map(finding);
}
