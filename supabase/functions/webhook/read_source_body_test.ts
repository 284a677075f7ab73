import assert from "node:assert/strict";
import { readSourceBody } from "./read_source_body.ts";

function idOf(body: unknown, id_path: string | null): string | null {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return readSourceBody(new TextEncoder().encode(text), { id_path, type_path: null }).id;
}

Deno.test("an id stands at a dotted path, in objects and lists", () => {
  assert.equal(idOf({ id: "a" }, "id"), "a");
  assert.equal(idOf({ data: { event: { id: "a" } } }, "data.event.id"), "a");
  assert.equal(idOf({ items: [{ id: "a" }, { id: 7 }] }, "items.1.id"), "7");
  assert.equal(idOf(["x"], "0"), "x");
});

Deno.test("what is no text and no number is as missing", () => {
  const bodies = [{}, { id: null }, { id: "" }, { id: {} }, { id: ["a"] }, { id: true }, null, 7];

  for (const body of bodies) assert.equal(idOf(body, "id"), null, JSON.stringify(body));
  assert.equal(idOf({ id: "a" }, null), null);
  assert.equal(idOf({ id: "a" }, "id.length"), null);
  assert.equal(idOf("no json", "id"), null);
});

Deno.test("an id that could be mistaken for another is as missing", () => {
  assert.equal(idOf('{"id":12345678901234567890}', "id"), null);
  assert.equal(idOf('{"id":1.5}', "id"), null);
  assert.equal(idOf({ id: "x".repeat(256) }, "id"), null);
  assert.equal(idOf('{"id":"\\u0000"}', "id"), null);
});

Deno.test("nothing is read that the body does not have itself", () => {
  for (const path of ["constructor.name", "__proto__.id", "toString"]) {
    assert.equal(idOf({}, path), null, path);
  }
  assert.equal(idOf('{"__proto__":{"id":"a"}}', "__proto__.id"), "a");
});
