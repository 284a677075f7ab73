import assert from "node:assert/strict";
import fc from "fast-check";
import { findScheme, SCHEMES } from "./schemes.ts";
import { type Vector, VECTORS } from "./vectors.ts";

type Changes = {
  headers?: Record<string, string>;
  without?: string;
  body?: string | Uint8Array;
  secrets?: string[];
  /** Seconds. */
  at?: number;
};

function verify(vector: Vector, changes: Changes = {}): { id: string | null } | null {
  const scheme = SCHEMES[vector.scheme];
  const headers = new Headers({ ...vector.headers, ...changes.headers });
  if (changes.without !== undefined) headers.delete(changes.without);
  const body = changes.body ?? vector.body;
  return scheme.verify({
    headers,
    body: typeof body === "string" ? new TextEncoder().encode(body) : body,
    secrets: changes.secrets ?? [vector.secret],
    now: (changes.at ?? vector.at ?? 1_800_000_000) * 1000,
  }, scheme.header);
}

/** Null where HTTP could not carry it. */
function tryHeaders(vector: Vector, headers: Record<string, string>) {
  try {
    new Headers(headers);
  } catch {
    return null;
  }
  return { verified: verify(vector, { headers }) };
}

const isBodySigned = ({ scheme }: Vector) => !["bearer", "token", "gitlab"].includes(scheme);

Deno.test("every scheme has a vector", () => {
  const tested = new Set<string>(VECTORS.map(({ scheme }) => scheme));

  assert.deepEqual(Object.keys(SCHEMES).filter((name) => !tested.has(name)), []);
  assert.equal(findScheme("rot13"), null);
  assert.equal(findScheme("constructor"), null);
});

for (const vector of VECTORS) {
  const { scheme, headers, at, id, secret, body } = vector;
  const names = Object.keys(headers);
  const other = scheme === "ed25519" || scheme === "discord" ? "00".repeat(32) : "another";

  Deno.test(`${scheme}: the vector holds, by its secret alone or beside others`, () => {
    assert.deepEqual(verify(vector), { id });
    assert.deepEqual(verify(vector, { secrets: [other, secret] }), { id });
    assert.deepEqual(verify(vector, { secrets: [secret, "whsec_***", "whpk_"] }), { id });
  });

  Deno.test(`${scheme}: another secret, none, or a header less does not hold`, () => {
    for (const secrets of [[other], [secret.slice(0, -1)], [`x${secret}`], []]) {
      assert.equal(verify(vector, { secrets }), null, `${secrets}`);
    }
    for (const without of names) assert.equal(verify(vector, { without }), null, without);
  });

  Deno.test(`${scheme}: a time that is signed holds for 300 seconds both ways`, () => {
    for (const off of [-301, -300, 300, 301]) {
      const holds = at === null || Math.abs(off) <= 300;
      const expected = holds ? { id } : null;
      assert.deepEqual(verify(vector, { at: (at ?? 1_800_000_000) + off }), expected, `${off}`);
    }
  });

  Deno.test(`${scheme}: no garbage of any length is taken, and none throws`, () => {
    const text = fc.string({ unit: "binary-ascii" })
      .map((text) => text.replace(/[\0\r\n]/g, "")).filter((text) => text.trim().length < 40);
    fc.assert(
      fc.property(fc.constantFrom(...names), text, (name, garbage) => {
        const cut = (headers[name] ?? "").slice(0, -1 - garbage.length % 5);
        for (const value of [garbage, cut, `${cut}${garbage}`, `${headers[name]}${garbage}z`, ""]) {
          const tried = tryHeaders(vector, { ...headers, [name]: value });
          // A list may go on with entries that nobody knows.
          if (/[ ,]/.test(garbage) && value.startsWith(headers[name] ?? "")) continue;
          if (tried && value.trim() !== headers[name]) assert.equal(tried.verified, null, value);
        }
      }),
      { numRuns: 100 },
    );
  });

  Deno.test(`${scheme}: flipping any one bit of what is signed, or of the signature, fails`, () => {
    const signed = isBodySigned(vector)
      ? fc.constantFrom(...names, "body")
      : fc.constantFrom(...names);
    fc.assert(
      fc.property(signed, fc.nat(), fc.nat(7), (where, position, bit) => {
        if (where === "body") {
          const bytes = new TextEncoder().encode(body);
          const at = position % bytes.length;
          bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
          assert.equal(verify(vector, { body: bytes }), null, `body ${at} ${bit}`);
          return;
        }
        const value = headers[where] ?? "";
        // The word Bearer is no part of the secret, and its case says nothing.
        const from = where === "authorization" ? "Bearer ".length : 0;
        const at = from + position % (value.length - from);
        const flipped = String.fromCharCode(value.charCodeAt(at) ^ (1 << bit));
        const changed = value.slice(0, at) + flipped + value.slice(at + 1);
        const tried = tryHeaders(vector, { ...headers, [where]: changed });
        assert.equal(tried?.verified ?? null, null, `${where}: ${changed}`);
      }),
      { numRuns: 1500 },
    );
  });
}

Deno.test("one right signature in a list is enough, also after wrong ones", () => {
  const stripe = VECTORS.find(({ scheme }) => scheme === "stripe");
  assert.ok(stripe);
  const [time = "", right = ""] = (stripe.headers["stripe-signature"] ?? "").split(",");
  const wrong = `v1=${"0".repeat(64)}`;

  for (const list of [[time, wrong, right], [time, "v0=x", right, wrong], [right, time]]) {
    assert.ok(verify(stripe, { headers: { "stripe-signature": list.join(",") } }), `${list}`);
  }
  for (const list of [[time, wrong], [right], [time, time, right], [time, right.slice(3)]]) {
    const headers = { "stripe-signature": list.join(",") };
    assert.equal(verify(stripe, { headers }), null, `${list}`);
  }
});

Deno.test("a public key is taken in hex and in base64, with its padding or without", () => {
  const vector = VECTORS.find(({ scheme }) => scheme === "ed25519");
  assert.ok(vector);
  const bytes = (hex: string) =>
    Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const base64 = (hex: string) => btoa(String.fromCharCode(...bytes(hex)));
  const key = base64(vector.secret);
  const signature = base64(vector.headers["x-signature-ed25519"] ?? "");

  for (const secrets of [[key], [key.replace(/=+$/, "")], [vector.secret.toUpperCase()]]) {
    assert.ok(verify(vector, { secrets }), `${secrets}`);
    assert.ok(verify(vector, { secrets, headers: { "x-signature-ed25519": signature } }));
  }
  for (const secret of ["", "AAAA", key.slice(1), `${key}=`, "zz".repeat(32)]) {
    assert.equal(verify(vector, { secrets: [secret] }), null, secret);
  }
});
