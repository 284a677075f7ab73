import assert from "node:assert/strict";
import { countBytes } from "./count_bytes.ts";

function pass(text: string, announced: number | null) {
  const source = new Blob([text]).stream();
  const { body, isWhole } = countBytes(source, announced);
  return { text: new Response(body).text(), isWhole };
}

Deno.test("a stream as long as announced, or not announced, passes whole", async () => {
  for (const announced of [4, null]) {
    const { text, isWhole } = pass("film", announced);

    assert.equal(await text, "film");
    assert.ok(isWhole());
  }
});

Deno.test("a stream that is shorter, longer or empty breaks at its end", async () => {
  for (const [text, announced] of [["film", 5], ["film", 3], ["", null], ["", 0]] as const) {
    const passed = pass(text, announced);

    await assert.rejects(passed.text, /Cannot pass file on/);
    assert.ok(!passed.isWhole());
  }
});
