import assert from "node:assert/strict";
import { withServer } from "../testing/loopback.ts";
import { configureFal } from "./configure.ts";
import { work } from "./fixture.ts";

/** The callback URL that a submission carries under these variables. */
function callbackUrl(variables: Record<string, string>): Promise<string | null> {
  const accept = () => Response.json({ request_id: "req_1" });
  return withServer(accept, async ({ url, seen }) => {
    const all: Record<string, string> = { ...variables, FAL_KEY: "key", FAL_QUEUE_URL: `${url}/` };
    const fal = configureFal({ get: (name) => all[name], fetch, now: () => 0, log: () => {} });
    await fal?.provider.submit(work());
    return new URL(seen[0]?.path ?? "", url).searchParams.get("fal_webhook");
  });
}

const TOKEN = "?token=att_1.0123456789abcdef";

Deno.test("fal posts back below WEBHOOK_BASE_URL, else below the project's own URL", async () => {
  const project = { SUPABASE_URL: "https://p.supabase.co" };
  const tunnel = { ...project, WEBHOOK_BASE_URL: "https://tunnel.example/functions/v1/" };

  assert.equal(
    await callbackUrl(project),
    `https://p.supabase.co/functions/v1/fal-webhook${TOKEN}`,
  );
  assert.equal(
    await callbackUrl(tunnel),
    `https://tunnel.example/functions/v1/fal-webhook${TOKEN}`,
  );
});

Deno.test("FAL_WEBHOOK_URL overrides it, and keeps its own query", async () => {
  const variables = {
    SUPABASE_URL: "https://p.supabase.co",
    FAL_WEBHOOK_URL: "https://relay.example/fal?to=p",
  };

  const expected = `https://relay.example/fal?to=p&${TOKEN.slice(1)}`;
  assert.equal(await callbackUrl(variables), expected);
});

Deno.test("without a key, or an address to post back to, fal is not configured, and the log says why", () => {
  const events: unknown[] = [];
  const configure = (variables: Record<string, string>) =>
    configureFal({
      get: (name) => variables[name],
      fetch,
      now: () => 0,
      log: (event, fields) => events.push([event, fields]),
    });

  assert.equal(configure({ SUPABASE_URL: "https://p.supabase.co" }), null);
  assert.deepEqual(events, []);
  assert.equal(configure({ FAL_KEY: "key" }), null);
  assert.deepEqual(events, [
    ["fal.not_configured", { missing: "WEBHOOK_BASE_URL or FAL_WEBHOOK_URL" }],
  ]);
});
