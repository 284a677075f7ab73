import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { DOOR_NAMES, doorCredentials } from "../supabase/functions/_shared/credentials.ts";
import { pathOf, type Scheme, shownHeaders, signedHeaders, withValues } from "./webhook_request.ts";
import { WEBHOOK_SAMPLES } from "./webhook_samples.ts";

const SECRETS: Record<string, string> = {
  WEBHOOK_SECRET: "whsec_c2VjcmV0LW9mLXRoZS1jaGF0LWFwcA==",
  FAL_WEBHOOK_SECRET: "fal-secret",
  VIDEO_WEBHOOK_SECRET: "video-secret,older-secret",
  LASTFRAME_WEBHOOK_SECRET: "frame-secret",
  STITCH_WEBHOOK_SECRET: "v1,whsec_c3RpdGNoLXNlY3JldA==",
  PIPELINE_BELL_SECRET: "bell-secret",
};
const get = (name: string) => SECRETS[name];
const now = Date.parse("2026-03-04T05:06:07Z");

/** True when the door itself lets the signed request in. */
async function isLetIn(door: string, headers: Record<string, string>, body: string) {
  const names = [
    "webhook",
    "videos",
    "fal-webhook",
    "video-complete",
    "last-frame-complete",
    "stitch-complete",
    "pipeline-step",
  ] as const;
  const name = names.find((known) => known === door);
  assert.ok(name, door);
  const credentials = doorCredentials(name, {
    get,
    now: () => now,
    log: () => {},
    fetch: () => Promise.reject(new Error("Cannot fetch: no key set here")),
  });
  const verdict = await credentials.verify(new Headers(headers), new TextEncoder().encode(body));
  return verdict.kind === "verified";
}

Deno.test("every sample, signed as its sender signs, is let in at its door", async () => {
  for (const [door, samples] of Object.entries(WEBHOOK_SAMPLES)) {
    for (const [name, sample] of Object.entries(samples)) {
      const body = JSON.stringify(sample);

      assert.ok(
        await isLetIn(door, signedHeaders(door, { body, get, now }), body),
        `${door} ${name}`,
      );
    }
  }
});

Deno.test("every scheme that a door takes is let in", async () => {
  const body = "{}";
  const taken: [string, Scheme][] = [
    ...DOOR_NAMES.map((door): [string, Scheme] => [door, "standard"]),
    ...DOOR_NAMES.filter((door) => door !== "pipeline-step").flatMap((door): [string, Scheme][] => [
      [door, "hmac"],
      [door, "bearer"],
    ]),
    ["last-frame-complete", "lastframe"],
  ];

  for (const [door, scheme] of taken) {
    const headers = signedHeaders(door, { body, scheme, get, now });
    assert.ok(await isLetIn(door, headers, body), `${door} ${scheme}`);
  }
});

Deno.test("a hex signature is the HMAC of the very bytes under the literal secret", () => {
  const body = `{ "a": 1 }`;
  const expected = createHmac("sha256", "fal-secret").update(body).digest("hex");

  assert.equal(signedHeaders("fal-webhook", { body, get, now })["x-fal-signature"], expected);
});

Deno.test("a door without a secret is refused by the name of the variable, not sent unsigned", () => {
  assert.throws(
    () => signedHeaders("stitch-complete", { body: "{}", get: () => undefined, now }),
    /STITCH_WEBHOOK_SECRET is neither in the shell nor/,
  );
});

Deno.test("the door videos is posted to where a video is asked for, every other one by its name", () => {
  assert.equal(pathOf("videos"), "videos/generations/async");
  assert.deepEqual(DOOR_NAMES.filter((door) => pathOf(door) !== door), ["videos"]);
  assert.equal(pathOf("webhook/crm"), "webhook/crm");
});

Deno.test("an unknown door is refused with the list of doors", () => {
  assert.throws(() => signedHeaders("x", { body: "{}", get, now }), /the doors are webhook, /);
});

Deno.test("no secret is shown", () => {
  for (const door of DOOR_NAMES) {
    const headers = signedHeaders(door, { body: "{}", scheme: "bearer", get, now });
    const shown = shownHeaders(headers).join("\n");

    for (const secret of Object.values(SECRETS).flatMap((value) => value.split(","))) {
      assert.ok(secret === "v1" || !shown.includes(secret), door);
    }
  }
});

Deno.test("withValues() sets values by path, JSON as JSON and the rest as text", () => {
  const body = { id: "a", scenes: [{ duration: 5 }] };

  const changed = withValues(body, ["id=b=c", "scenes.0.duration=10", "error=null"]);

  assert.deepEqual(changed, { id: "b=c", scenes: [{ duration: 10 }], error: null });
  assert.deepEqual(body, { id: "a", scenes: [{ duration: 5 }] });
});

Deno.test("withValues() refuses a path that the body does not have", () => {
  assert.throws(() => withValues({}, ["metadata.project_id=x"]), /no such place/);
  assert.throws(() => withValues({}, ["metadata"]), /not path=value/);
});
