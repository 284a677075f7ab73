import assert from "node:assert/strict";
import { ownWords } from "./own_words.ts";

Deno.test("a provider's reason is found wherever it puts it, in one line", () => {
  assert.equal(ownWords({ detail: "Not so" }), "Not so");
  assert.equal(
    ownWords({ detail: [{ loc: ["body", "prompt"], msg: "too long" }, { msg: "and more" }] }),
    "prompt: too long; and more",
  );
  assert.equal(ownWords({ error: { message: "Not so" } }), "Not so");
  assert.equal(ownWords({ detail: 5 }), null);
});

Deno.test("of a long list of reasons no more is read than anybody will", () => {
  const reasons = (count: number) => Array.from({ length: count }, (_, n) => ({ msg: `${n}` }));

  assert.equal(ownWords({ detail: [...reasons(20), { msg: "last" }, 5] })?.endsWith("; 19"), true);
  assert.equal(ownWords({ detail: [5, ...reasons(20)] }), null);
});

Deno.test("words that quote our callback URL keep its token to themselves", () => {
  assert.equal(
    ownWords({ detail: "Bad webhook https://a.b/c?token=att_1.0a1b2c" }),
    "Bad webhook https://a.b/c?token=***",
  );
});
