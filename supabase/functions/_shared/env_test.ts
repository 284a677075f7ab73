import assert from "node:assert/strict";
import { databaseAddress, readSecrets, webhookBaseUrl } from "./env.ts";

const from = (env: Record<string, string>) => (name: string) => env[name];

Deno.test("a variable holds one secret or several, separated by commas", () => {
  const get = from({ ONE: " a ", TWO: "b, c,,", NONE: " , " });

  assert.deepEqual(readSecrets(get, "ONE"), ["a"]);
  assert.deepEqual(readSecrets(get, "TWO"), ["b", "c"]);
  assert.deepEqual(readSecrets(get, "NONE"), []);
  assert.deepEqual(readSecrets(get, "UNSET"), []);
  assert.deepEqual(readSecrets(get, "ONE", "UNSET", "TWO"), ["a", "b", "c"]);
});

Deno.test("v1,whsec_... is one secret, alone and among others", () => {
  const get = from({ ONE: "v1,whsec_AAAA", MIX: "old,v1,whsec_AAAA,whsec_BBBB,v1,whsec_CCCC,v1" });

  assert.deepEqual(readSecrets(get, "ONE"), ["v1,whsec_AAAA"]);
  assert.deepEqual(
    readSecrets(get, "MIX"),
    ["old", "v1,whsec_AAAA", "whsec_BBBB", "v1,whsec_CCCC", "v1"],
  );
});

Deno.test("the database's key is the default secret key, else the service role's", () => {
  const url = "http://127.0.0.1:54321";
  const both = {
    SUPABASE_URL: url,
    SUPABASE_SECRET_KEYS: '{"default":"sb_secret_1"}',
    SUPABASE_SERVICE_ROLE_KEY: "role",
  };

  assert.deepEqual(databaseAddress(from(both)), { url, key: "sb_secret_1" });
  assert.deepEqual(databaseAddress(from({ ...both, SUPABASE_SECRET_KEYS: "{}" })), {
    url,
    key: "role",
  });
  assert.deepEqual(databaseAddress(from({ ...both, SUPABASE_SECRET_KEYS: "{broken" })), {
    url,
    key: "role",
  });
});

Deno.test("what is missing to reach the database is said by name", () => {
  assert.deepEqual(databaseAddress(from({})), { missing: "SUPABASE_URL" });
  assert.deepEqual(databaseAddress(from({ SUPABASE_URL: "http://127.0.0.1:1" })), {
    missing: "SUPABASE_SECRET_KEYS or SUPABASE_SERVICE_ROLE_KEY",
  });
});

Deno.test("the public base is WEBHOOK_BASE_URL, else made from SUPABASE_URL", () => {
  const project = { SUPABASE_URL: "https://x.supabase.co/" };

  assert.equal(webhookBaseUrl(from(project)), "https://x.supabase.co/functions/v1");
  assert.equal(
    webhookBaseUrl(from({ ...project, WEBHOOK_BASE_URL: "https://t.example/functions/v1/" })),
    "https://t.example/functions/v1",
  );
  assert.equal(webhookBaseUrl(from({})), null);
});
