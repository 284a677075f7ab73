import assert from "node:assert/strict";
import fc from "fast-check";
import type { Entry } from "./door_entry.ts";
import { MATRIX } from "./door_matrix.ts";
import { APPS } from "./openapi_document.ts";

/** Milliseconds; the door's clock in hand-made worlds. */
const NOW = 1_795_305_600_000;
/** Calls that look who is there, and change nothing. */
const HARMLESS = new Set(["read_webhook_sources", "hint_attempt"]);
/** What else came along, and is not signed. */
const UNSIGNED = new Set(["x-github-delivery", "x-github-event"]);

Deno.test("every door is in the matrix", () => {
  for (const door of Object.keys(APPS)) {
    assert.ok(MATRIX.some(({ path }) => path.split("/")[1] === door), door);
  }
  assert.ok(MATRIX.length >= 36, `${MATRIX.length}`);
});

for (const entry of MATRIX) {
  const { name, body, letsIn, isTimed, isBodySigned, makeSender, sign, open } = entry;
  const inFrom = (holds: boolean) => holds ? letsIn : 401;

  Deno.test(`${name}: valid, wrong, missing, stale, rotated, tampered`, async () => {
    const [sender, next] = [makeSender(), makeSender()];
    const headers = sign(sender, body, NOW);
    const ask = async (known: typeof sender[], sent: RequestInit) => {
      const door = open(known);
      const status = await door.request(sent);
      const changed = door.calls.filter(({ name }) => !HARMLESS.has(name));
      if (status === 401) assert.deepEqual(changed, [], "who is refused changes nothing");
      return status;
    };

    assert.equal(await ask([sender], { headers, body }), letsIn, "valid");
    assert.equal(await ask([], { headers, body }), 401, "wrong");
    assert.equal(await ask([sender], { body }), 401, "missing");
    for (const off of [-301_000, 301_000]) {
      const stale = sign(sender, body, NOW + off);
      assert.equal(await ask([sender], { headers: stale, body }), inFrom(!isTimed), `${off} ms`);
    }
    assert.equal(await ask([next, sender], { headers, body }), letsIn, "rotated: the old one");
    const newer = sign(next, body, NOW);
    assert.equal(await ask([next, sender], { headers: newer, body }), letsIn, "rotated: the new");
    assert.equal(await ask([next], { headers, body }), 401, "rotated out");
    const tampered = `${body.slice(0, -1)},"more":1}`;
    if (isBodySigned) {
      assert.equal(await ask([sender], { headers, body: tampered }), 401, "tampered");
    }
  });

  Deno.test(`${name}: flipping any one bit of what is signed is refused`, async () => {
    const sender = makeSender();
    const headers = sign(sender, body, NOW);
    const door = open([sender]);
    const names = Object.keys(headers).filter((name) => !UNSIGNED.has(name));
    const where = fc.constantFrom(...names, ...isBodySigned ? ["body"] : []);

    await fc.assert(
      fc.asyncProperty(where, fc.nat(), fc.nat(7), async (part, position, bit) => {
        const sent = part === "body"
          ? { headers, body: flippedBody(body, position, bit) }
          : flippedHeader(entry, headers, { part, position, bit });
        if (sent === null) return;
        assert.equal(await door.request(sent), 401, JSON.stringify(sent.headers));
      }),
      { numRuns: 150 },
    );
    assert.equal(await door.request({ headers, body }), letsIn, "as it was");
  });
}

function flippedBody(body: string, position: number, bit: number): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(body);
  const at = position % bytes.length;
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
  return bytes;
}

/** Null where HTTP could not carry it, or would read it as it was. */
function flippedHeader(
  { body }: Entry,
  headers: Record<string, string>,
  { part, position, bit }: { part: string; position: number; bit: number },
): { headers: Record<string, string>; body: string } | null {
  const value = headers[part] ?? "";
  // The word Bearer is no part of the secret, and its case says nothing.
  const from = part === "authorization" ? "Bearer ".length : 0;
  const at = from + position % (value.length - from);
  const flipped = String.fromCharCode(value.charCodeAt(at) ^ (1 << bit));
  const changed = { ...headers, [part]: value.slice(0, at) + flipped + value.slice(at + 1) };
  try {
    new Headers(changed);
  } catch {
    return null;
  }
  return { headers: changed, body };
}
