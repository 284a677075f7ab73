import assert from "node:assert/strict";
import { createPaint, wantsColours } from "./paint.ts";

Deno.test("colours are for terminals, and for nobody who asked for none", () => {
  const wants = (isTerminal: boolean, env: Record<string, string> = {}) =>
    wantsColours({ isTerminal, get: (name) => env[name] });

  assert.equal(wants(true), true);
  assert.equal(wants(false), false);
  assert.equal(wants(true, { NO_COLOR: "1" }), false);
  assert.equal(wants(true, { NO_COLOR: "" }), true);
  assert.equal(wants(true, { TERM: "dumb" }), false);
});

Deno.test("what is painted ends its colour, and plain text stays as it is", () => {
  assert.equal(createPaint(true)("red", "no"), "\x1b[31mno\x1b[39m");
  assert.equal(createPaint(false)("red", "no"), "no");
});
