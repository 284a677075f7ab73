import assert from "node:assert/strict";
import { readKey } from "./operator_key.ts";

function aToken(claims: unknown): string {
  const part = (value: unknown) =>
    btoa(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return `${part({ alg: "ES256" })}.${part(claims)}.c2ln`;
}

Deno.test("an operator's key is taken as it is, without the blanks around it", () => {
  assert.deepEqual(readKey("  abc-123\n"), { key: { kind: "operator", value: "abc-123" } });
  assert.deepEqual(readKey("a.b.c"), { key: { kind: "operator", value: "a.b.c" } });
});

Deno.test("a user's token goes out as Bearer, with or without that word before it", () => {
  const value = aToken({ role: "authenticated", app_metadata: { role: "admin" } });

  assert.deepEqual(readKey(value), { key: { kind: "token", value } });
  assert.deepEqual(readKey(`Bearer ${value}`), { key: { kind: "token", value } });
});

Deno.test("the project's own keys are refused, whatever form they have", () => {
  const own = [
    "sb_secret_abc",
    "sbp_0123",
    aToken({ role: "service_role" }),
    `Bearer ${aToken({ role: "supabase_admin" })}`,
    aToken({ role: "anon" }),
    "sb_publishable_x",
  ];
  for (const key of own) assert("refused" in readKey(key), key);
  assert.match(JSON.stringify(readKey("sb_secret_abc")), /never be in a browser/);
});

Deno.test("what no header could carry is refused", () => {
  for (const key of ["", "   ", "two words", "schlüssel", "a\nb"]) {
    assert("refused" in readKey(key), JSON.stringify(key));
  }
});
