import assert from "node:assert/strict";
import { hrefOf, parseRoute } from "./route.ts";

Deno.test("a place in the console has one address, and the address leads back to it", () => {
  const href = hrefOf("callbacks", "whlog_1/ä", { status: "error", source: "" });
  const { view, id, query } = parseRoute(href);

  assert.equal(href, "#/callbacks/whlog_1%2F%C3%A4?status=error");
  assert.deepEqual([view, id, query.get("status"), query.get("source")], [
    "callbacks",
    "whlog_1/ä",
    "error",
    null,
  ]);
});

Deno.test("what leads nowhere leads to the films", () => {
  for (const hash of ["", "#", "#/", "#/nowhere/x", "#/films", "#/films/"]) {
    assert.equal(parseRoute(hash).view, "films", hash);
  }
  assert.equal(parseRoute("#/films/").id, null);
  assert.equal(parseRoute("#/health/%E0%A4%A").id, "%E0%A4%A");
});
