import assert from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import { postBell } from "./post_bell.ts";
import { refusingUrl, withServer } from "./testing/loopback.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

function deps(baseUrl: string, secrets = [SECRET]) {
  return { baseUrl, secrets, fetch, now: () => Date.now() };
}

Deno.test("a bell reaches pipeline-step signed, and says that it came over HTTP", async () => {
  await withServer(() => new Response(null, { status: 202 }), async ({ url, seen }) => {
    assert.equal(await postBell(deps(`${url}/functions/v1`)), null);

    const [bell] = seen;
    assert.equal(`${bell?.method} ${bell?.path}`, "POST /functions/v1/pipeline-step");
    const headers = Object.fromEntries(bell?.headers ?? []);
    assert.deepEqual(new Webhook(SECRET).verify(bell?.body ?? "", headers), {
      type: "bell",
      via: "http",
    });
  });
});

Deno.test("a bell that cannot be posted says why, and throws nothing", async () => {
  assert.match(await postBell(deps(refusingUrl())) ?? "", /connection refused/);
  assert.match(await postBell(deps(refusingUrl(), [])) ?? "", /PIPELINE_BELL_SECRET/);
  await withServer(() => new Response("no", { status: 401 }), async ({ url }) => {
    assert.match(await postBell(deps(url)) ?? "", /answered 401/);
  });
});
