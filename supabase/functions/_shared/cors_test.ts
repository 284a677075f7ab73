import assert from "node:assert/strict";
import { createDoor, refuseOtherMethods } from "./door.ts";
import { handMadeWorld } from "./testing/hand_made_world.ts";

const PAGE = "https://console.example";

/** What a page's browser asks before, and then. */
async function ask(origins: string | undefined, init: RequestInit, origin = PAGE) {
  const env = { WEBHOOK_SECRET: "s3cret", ...(origins !== undefined && { CORS_ORIGINS: origins }) };
  const { app, admit } = createDoor({ name: "webhook" }, handMadeWorld({ env }).deps);
  app.post("/", async (c) => c.json(await admit(c)));
  refuseOtherMethods(app, "/", "GET, POST");
  const headers = { origin, ...Object.fromEntries(new Headers(init.headers)) };
  return await app.request("/webhook", { ...init, headers });
}

const PREFLIGHT = {
  method: "OPTIONS",
  headers: {
    "access-control-request-method": "POST",
    "access-control-request-headers": "x-webhook-signature, content-type",
  },
};

Deno.test("without CORS_ORIGINS, OPTIONS is a method that no door has", async () => {
  for (const origins of [undefined, "", " , "]) {
    const answer = await ask(origins, PREFLIGHT);

    assert.equal(answer.status, 405);
    assert.equal(answer.headers.get("access-control-allow-origin"), null);
    assert.deepEqual(await answer.json(), { error: "Method not allowed" });
  }
});

Deno.test("an allowed origin gets 204, its own name, methods and the headers it asked for", async () => {
  const answer = await ask(`https://other.example, ${PAGE}/`, PREFLIGHT);

  assert.equal(answer.status, 204);
  assert.equal(answer.headers.get("access-control-allow-origin"), PAGE);
  assert.match(answer.headers.get("access-control-allow-methods") ?? "", /\bPOST\b/);
  assert.equal(
    answer.headers.get("access-control-allow-headers"),
    "x-webhook-signature,content-type",
  );
  assert.match(answer.headers.get("vary") ?? "", /Origin/);
  assert.equal(answer.headers.get("access-control-allow-credentials"), null);
});

Deno.test("* allows every origin, and never with credentials", async () => {
  const answer = await ask("*", PREFLIGHT, "https://anybody.example");

  assert.equal(answer.status, 204);
  assert.equal(answer.headers.get("access-control-allow-origin"), "*");
  assert.equal(answer.headers.get("access-control-allow-credentials"), null);
});

Deno.test("an origin that is not named exactly finds the door as if there were no CORS", async () => {
  for (
    const origin of [
      "https://console.example.evil.example",
      "http://console.example",
      "https://console.example:8443",
      "https://a.console.example",
      "null",
      "*",
    ]
  ) {
    const answer = await ask(PAGE, PREFLIGHT, origin);

    assert.equal(answer.status, 405, origin);
    assert.equal(answer.headers.get("access-control-allow-origin"), null, origin);
    assert.match(answer.headers.get("vary") ?? "", /Origin/);
  }
});

Deno.test("an allowed page may read refusals too, and when to come back", async () => {
  const answer = await ask(PAGE, { method: "POST", body: "{}" });

  assert.equal(answer.status, 401);
  assert.equal(answer.headers.get("access-control-allow-origin"), PAGE);
  assert.equal(answer.headers.get("access-control-expose-headers"), "Retry-After,ETag");
  assert.deepEqual(await answer.json(), { error: "Invalid signature" });
});
