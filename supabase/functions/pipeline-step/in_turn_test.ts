import assert from "node:assert/strict";
import { createTurns } from "./in_turn.ts";

Deno.test("what is given in turn is begun when all before it has ended, also where it failed", async () => {
  const inTurn = createTurns();
  const told: string[] = [];
  const gate = Promise.withResolvers<void>();

  const first = inTurn(async () => {
    told.push("first begins");
    await gate.promise;
    told.push("first fails");
    throw new Error("first");
  });
  const second = inTurn(() => Promise.resolve(told.push("second")));
  gate.resolve();

  await assert.rejects(first, /first/);
  assert.equal(await second, 3);
  assert.deepEqual(told, ["first begins", "first fails", "second"]);
});
