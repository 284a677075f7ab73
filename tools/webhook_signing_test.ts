import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { SCHEMES } from "../supabase/functions/_shared/signatures/schemes.ts";
import { shownHeaders } from "./webhook_request.ts";
import { isSchemeName, signAs, SOURCE_SCHEMES } from "./webhook_signing.ts";

const BODY = '{"id":"evt_1"}';
const now = Date.parse("2026-03-04T05:06:07Z");
const SHARED = "s3cret-of-somebody";
const KEYS = generateKeyPairSync("ed25519");

/** What the sender signs with, and what the source's row would name. */
function secretsOf(scheme: string): { own: string; theirs: string } {
  if (scheme !== "ed25519" && scheme !== "discord") return { own: SHARED, theirs: SHARED };
  const { d = "" } = KEYS.privateKey.export({ format: "jwk" });
  const { x = "" } = KEYS.publicKey.export({ format: "jwk" });
  const base64 = (url: string) => url.replaceAll("-", "+").replaceAll("_", "/");
  return { own: base64(d), theirs: base64(x) };
}

function isLetIn(
  name: keyof typeof SCHEMES,
  headers: Record<string, string>,
  header = SCHEMES[name].header,
): boolean {
  const body = new TextEncoder().encode(BODY);
  const secrets = [secretsOf(name).theirs];
  return SCHEMES[name].verify({ headers: new Headers(headers), body, secrets, now }, header) !==
    null;
}

Deno.test("what is signed by any scheme of a source is let in by it", () => {
  assert.equal(SOURCE_SCHEMES.length, Object.keys(SCHEMES).length);

  for (const name of SOURCE_SCHEMES) {
    const { own } = secretsOf(name);
    assert.ok(isLetIn(name, signAs(name, { body: BODY, secret: own, now })), name);
    assert.ok(
      !isLetIn(name, signAs(name, { body: BODY, secret: own, now }), "x-other") ||
        !SCHEMES[name].anyHeader,
      name,
    );
  }
});

Deno.test("a source's own header is taken where its scheme has none, and refused else", () => {
  for (const name of SOURCE_SCHEMES) {
    const sign = () =>
      signAs(name, { body: BODY, secret: secretsOf(name).own, now, header: "x-own" });
    if (SCHEMES[name].anyHeader) assert.ok(isLetIn(name, sign(), "x-own"), name);
    else assert.throws(sign, /has a header of its own/);
  }
  assert.equal(isSchemeName("rot13"), false);
});

Deno.test("a private key that is none is said so, and a token is not shown", () => {
  assert.throws(() => signAs("ed25519", { body: BODY, secret: "short", now }), /no private key/);

  for (const name of ["token", "gitlab", "bearer"] as const) {
    const shown = shownHeaders(signAs(name, { body: BODY, secret: SHARED, now }), [SHARED]);
    assert.ok(!shown.join().includes(SHARED), name);
  }
});
