import assert from "node:assert/strict";
import { Network } from "./network.ts";

const CALL = false;
const ANSWER = true;

Deno.test("every so many calls, or answers, are lost until it is over", async () => {
  const network = new Network();
  const end = network.worsen("lost-answers", { every: 2 });

  const said = [];
  for (const isAnswer of [CALL, ANSWER, CALL, ANSWER, CALL, ANSWER]) {
    said.push(await network.note(isAnswer));
  }
  assert.deepEqual(said, [undefined, undefined, undefined, "lose", undefined, undefined]);

  end();
  assert.deepEqual([await network.note(ANSWER), await network.note(ANSWER)], [
    undefined,
    undefined,
  ]);
});

Deno.test("a call that is lost is never made, and is lost on its way there alone", async () => {
  const network = new Network();
  network.worsen("lost-calls", { every: 1 });

  assert.equal(await network.note(CALL), "lose");
  assert.equal(await network.note(ANSWER), undefined);
});
