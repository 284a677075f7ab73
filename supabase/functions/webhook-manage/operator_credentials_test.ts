import assert from "node:assert/strict";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { withServer } from "../_shared/testing/loopback.ts";
import { operatorCredentials } from "./operator_credentials.ts";

const NOW = 1_795_305_600_000;
const ADMIN = { sub: "user-1", app_metadata: { role: "admin" } };
const PATH = "/auth/v1/.well-known/jwks.json";

const own = await generateKeyPair("ES256", { extractable: true });
const other = await generateKeyPair("ES256", { extractable: true });
const OWN_KEYS = { keys: [{ ...await exportJWK(own.publicKey), kid: "k1", alg: "ES256" }] };

function letIn(env: Record<string, string>) {
  const clock = { now: NOW };
  const log: string[] = [];
  const credentials = operatorCredentials({
    get: (name) => env[name],
    fetch: (input, init) => fetch(input, init),
    now: () => clock.now,
    log: (event) => log.push(event),
  });
  async function verify(headers: Record<string, string>) {
    return (await credentials.verify(new Headers(headers), new Uint8Array())).kind;
  }
  return { ...credentials, verify, clock, log };
}

function aToken(
  claims: Record<string, unknown> = ADMIN,
  { key = own.privateKey, audience = "authenticated", seconds = 3600 } = {},
) {
  return new SignJWT(claims).setProtectedHeader({ alg: "ES256", kid: "k1" })
    .setAudience(audience).setExpirationTime(NOW / 1000 + seconds).sign(key);
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

Deno.test("any of the OPERATOR_KEYs is let in, as apikey and as Bearer", async () => {
  const { verify, configured } = letIn({ OPERATOR_KEY: "old-key, new-key" });

  assert.equal(configured, true);
  for (const key of ["old-key", "new-key"]) {
    assert.equal(await verify({ apikey: key }), "verified");
    assert.equal(await verify(bearer(key)), "verified");
  }
  for (const key of ["", "old", "old-key, new-key", "new-keyx"]) {
    assert.equal(await verify({ apikey: key }), "refused", key);
    assert.equal(await verify(bearer(key)), "refused", key);
  }
  assert.equal(await verify({}), "refused");
});

Deno.test("the project's secret key is refused, also where it was set as OPERATOR_KEY", async () => {
  const env = { SUPABASE_URL: "http://127.0.0.1:1", SUPABASE_SERVICE_ROLE_KEY: "sb_secret_x" };

  for (const OPERATOR_KEY of ["key-1", "key-1,sb_secret_x"]) {
    const { verify } = letIn({ ...env, OPERATOR_KEY });
    assert.equal(await verify({ apikey: "sb_secret_x" }), "refused");
    assert.equal(await verify({ apikey: "key-1" }), "verified");
  }
});

Deno.test("nothing is configured without a key, a project and its key set", () => {
  assert.equal(letIn({}).configured, false);
  assert.equal(letIn({ SUPABASE_JWKS: "not json" }).configured, false);
  assert.equal(letIn({ SUPABASE_JWKS: JSON.stringify(OWN_KEYS) }).configured, true);
  assert.equal(letIn({ SUPABASE_URL: "https://x.example" }).configured, true);
});

Deno.test("the token of an admin is let in by the project's own key set, fetched once", async () => {
  await withServer(() => Response.json(OWN_KEYS), async ({ url, seen }) => {
    const { verify } = letIn({ SUPABASE_URL: url });

    assert.equal(await verify(bearer(await aToken())), "verified");
    assert.equal(await verify(bearer(await aToken())), "verified");
    assert.deepEqual(seen.map(({ path }) => path), [PATH]);
  });
});

Deno.test("a token of anybody else is refused", async () => {
  await withServer(() => Response.json(OWN_KEYS), async ({ url }) => {
    const { verify, clock } = letIn({ SUPABASE_URL: url });
    const hs256 = await new SignJWT(ADMIN).setProtectedHeader({ alg: "HS256", kid: "k1" })
      .setAudience("authenticated").setExpirationTime(NOW / 1000 + 60)
      .sign(new TextEncoder().encode(JSON.stringify(OWN_KEYS.keys[0])));
    const good = await aToken();
    const tokens = {
      "no role": await aToken({ sub: "user-1" }),
      "another role": await aToken({ sub: "user-1", app_metadata: { role: "user" } }),
      "what a user can write": await aToken({ sub: "u", user_metadata: { role: "admin" } }),
      "another key": await aToken(ADMIN, { key: other.privateKey }),
      "another audience": await aToken(ADMIN, { audience: "else" }),
      "expired": await aToken(ADMIN, { seconds: -1 }),
      "symmetric": hs256,
      "cut": good.slice(0, -2),
      "unsigned": `${btoa('{"alg":"none"}')}.${good.split(".")[1]}.`,
      "no token": "a.b.c",
    };

    for (const [name, token] of Object.entries(tokens)) {
      assert.equal(await verify(bearer(token)), "refused", name);
    }
    assert.equal(await verify(bearer(good)), "verified");
    clock.now += 3_601_000;
    assert.equal(await verify(bearer(good)), "refused", "an hour later");
  });
});

Deno.test("while the keys cannot be had a token is neither good nor bad, and nobody insists", async () => {
  await withServer(() => new Response(null, { status: 500 }), async ({ url, seen }) => {
    const { verify, clock } = letIn({ SUPABASE_URL: url, OPERATOR_KEY: "key-1" });

    assert.equal(await verify(bearer(await aToken())), "unavailable");
    assert.equal(await verify(bearer(await aToken())), "unavailable");
    assert.equal(seen.length, 1);
    clock.now += 5001;
    assert.equal(await verify(bearer(await aToken())), "unavailable");
    assert.equal(seen.length, 2);
    assert.equal(await verify({ apikey: "key-1" }), "verified");
  });
});

Deno.test("an auth server that answers with a page, or with no key set, is left alone as well", async () => {
  for (const page of ["<h1>Paused</h1>", "{}", '{"keys": {}}', '{"keys": [5]}', "null"]) {
    await withServer(() => new Response(page), async ({ url, seen }) => {
      const { verify, clock } = letIn({ SUPABASE_URL: url });

      for (let token = 0; token < 3; token++) {
        assert.equal(await verify(bearer(await aToken())), "unavailable", page);
      }
      assert.equal(seen.length, 1, page);
      clock.now += 5001;
      assert.equal(await verify(bearer(await aToken())), "unavailable", page);
      assert.equal(seen.length, 2, page);
    });
  }
});

Deno.test("a project without an auth server knows no admins", async () => {
  await withServer(() => new Response(null, { status: 404 }), async ({ url }) => {
    assert.equal(await letIn({ SUPABASE_URL: url }).verify(bearer(await aToken())), "refused");
  });
});

Deno.test("the keys that the platform hands over need no fetch", async () => {
  const SUPABASE_JWKS = JSON.stringify(OWN_KEYS);

  const alone = letIn({ SUPABASE_JWKS });
  const beside = letIn({ SUPABASE_JWKS, SUPABASE_URL: "http://127.0.0.1:1" });

  for (const { verify } of [alone, beside]) {
    assert.equal(await verify(bearer(await aToken())), "verified");
  }
});
