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
    [{ WEBHOOK_BASE_URL: "http://films.test" }, /^note +Providers call back at http:.*only from/],
  ];
  for (const [change, expected] of breaks) {
    const lines = report({ ...FULL, ...change });
    assert(lines.some((line) => expected.test(line)), `${expected}: ${lines.join("\n")}`);
  }
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
