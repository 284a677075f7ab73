import assert from "node:assert/strict";
import { beyondLost, unorderedFilms } from "./witness.ts";

Deno.test("an order that was taken twice is seen; one that its client gave up on may be there", () => {
  const projects = [{ project_id: "p1" }, { project_id: "p2" }];
  const orders = (second: string | null) => ({
    taskIds: new Map([[1, "p1"], [2, second]]),
    numbers: () => new Map([["p1", 1]]),
  });

  assert.deepEqual(unorderedFilms(projects, orders("p1")), ["p2"]);
  assert.deepEqual(unorderedFilms(projects, orders(null)), []);
});

Deno.test("more unknown outcomes than calls may have been lost are seen, all of them", () => {
  const unknown = ["att_1", "att_2"].map((attempt_id) => ({
    attempt_id,
    project_id: "p1",
    kind: "generate_clip",
  }));

  assert.deepEqual(beyondLost(unknown, 2), []);
  assert.equal(beyondLost(unknown, 1).length, 2);
});
