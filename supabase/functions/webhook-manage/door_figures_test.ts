import assert from "node:assert/strict";
import { doorFigures } from "./door_figures.ts";

const rate = (by_status: Record<string, number>) =>
  doorFigures({ by_status, ms_total: 0, requests_by_ms: {} }).success_rate;

Deno.test("what has not changed was answered well, what was refused at the door was not asked", () => {
  assert.equal(rate({ "200": 3, "304": 97 }), 1);
  assert.equal(rate({ "200": 3, "401": 50, "404": 9, "429": 4 }), 1);
  assert.equal(rate({ "200": 3, "500": 1 }), 0.75);
  assert.equal(rate({ "401": 50 }), null);
});
