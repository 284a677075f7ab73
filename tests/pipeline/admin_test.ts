import assert from "node:assert/strict";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { onStack } from "./film_stack.ts";

const { publicKey, privateKey } = await generateKeyPair("ES256");
const KEY = { ...await exportJWK(publicKey), kid: "project", alg: "ES256", use: "sig" };

function tokenOf(role: string, key = privateKey): Promise<string> {
  return new SignJWT({ app_metadata: { role } })
    .setProtectedHeader({ alg: "ES256", kid: "project" })
    .setSubject("8ac10dec-5400-4923-b211-86f494fc0bf5")
    .setAudience("authenticated")
    .setExpirationTime("1h")
    .sign(key);
}

Deno.test(
  "a signed-in admin manages what runs; another user and a stranger's token do not",
  onStack(
    async ({ apiUrl, sql }) => {
      const ask = (path: string, token: string, body?: unknown) =>
        fetch(`${apiUrl}/functions/v1/webhook-manage${path}`, {
          method: body === undefined ? "GET" : "POST",
          headers: { authorization: `Bearer ${token}`, origin: "https://console.example" },
          body: body === undefined ? undefined : JSON.stringify(body),
        });
      const admin = await tokenOf("admin");

      const page = await ask("?source=fal", admin);
      assert.deepEqual([page.status, await page.json()], [200, { docs: [] }]);
      assert.equal(page.headers.get("access-control-allow-origin"), "https://console.example");
      const source = { scheme: "hmac", secret_name: "CRM_SECRET" };
      const put = await ask("/sources/crm", admin, source);
      assert.equal(put.status, 200, await put.text());

      const stranger = await generateKeyPair("ES256");
      for (const token of [await tokenOf("user"), await tokenOf("admin", stranger.privateKey)]) {
        const answer = await ask("/sources/other", token, source);
        assert.equal(answer.status, 401, await answer.text());
      }
      const names = await sql`select name from private.webhook_sources`;
      assert.deepEqual(names.map(({ name }) => name), ["crm"]);
    },
    {},
    {
      env: {
        SUPABASE_JWKS: JSON.stringify({ keys: [KEY] }),
        CORS_ORIGINS: "https://console.example",
      },
    },
  ),
);
