import assert from "node:assert/strict";
import { unorderedFilms } from "./witness.ts";

Deno.test("an order that was taken twice is seen; one that its client gave up on may be there", () => {
  const projects = [{ project_id: "p1" }, { project_id: "p2" }];
  const orders = (second: string | null) => ({
    taskIds: new Map([[1, "p1"], [2, second]]),
    numbers: () => new Map([["p1", 1]]),
  });

  assert.deepEqual(unorderedFilms(projects, orders("p1")), ["p2"]);
  assert.deepEqual(unorderedFilms(projects, orders(null)), []);
});
