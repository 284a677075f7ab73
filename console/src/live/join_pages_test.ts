import assert from "node:assert/strict";
import { joinPages, type Page } from "./join_pages.ts";

const idOf = (id: number) => `${id}`;

/** Of a list that goes down from `top` to 1, the page that begins there. */
function pageFrom(top: number, length = 3): Page<number> {
  const docs = Array.from({ length: Math.min(length, top) }, (_, n) => top - n);
  const last = docs.at(-1) ?? 1;
  return { docs, next: last > 1 ? `${last}` : null };
}

Deno.test("what comes anew pushes nothing out of a list of several pages", () => {
  let known = joinPages(pageFrom(10), null, idOf);
  known = { docs: [...known.docs, ...pageFrom(7).docs], next: "5" };
  for (const top of [11, 12, 14, 16]) known = joinPages(pageFrom(top), known, idOf);

  assert.deepEqual(known, { docs: [16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5], next: "5" });
});

Deno.test("where so much has come that nobody read what lies between, the list begins anew", () => {
  const known = { docs: [10, 9, 8, 7], next: "7" };
  assert.deepEqual(joinPages(pageFrom(14), known, idOf), pageFrom(14));
  assert.deepEqual(joinPages(pageFrom(12), known, idOf).docs, [12, 11, 10, 9, 8, 7]);
});

Deno.test("what no longer fits the filter is gone from the first page, and from a list that is short by now", () => {
  const known = { docs: [10, 9, 8, 7, 6], next: "6" };
  assert.deepEqual(joinPages({ docs: [10, 8, 7], next: "7" }, known, idOf).docs, [10, 8, 7, 6]);
  assert.deepEqual(joinPages({ docs: [10], next: null }, known, idOf), { docs: [10], next: null });
});

Deno.test("a list that stays open has an end, from where it goes on", () => {
  const known = { docs: pageFrom(3000, 2000).docs, next: "1001" };
  const { docs, next } = joinPages(pageFrom(3002), known, idOf);
  assert.deepEqual([docs.length, docs.at(-1), next], [2000, 1003, "1003"]);
});

Deno.test("a search that finds nothing on its first page keeps what it found further back", () => {
  const first = { docs: [], next: "900" };
  const known = { docs: [520], next: "500" };
  assert.deepEqual(joinPages(first, known, idOf), known);
  assert.deepEqual(joinPages(first, null, idOf), first);
  assert.deepEqual(joinPages({ docs: [], next: null }, known, idOf), { docs: [], next: null });
});

Deno.test("what a search finds anew on its first page stands before what it found further back", () => {
  const first = { docs: [990], next: "900" };
  const known = { docs: [520], next: "500" };
  assert.deepEqual(joinPages(first, known, idOf), { docs: [990, 520], next: "500" });
  assert.deepEqual(joinPages(first, { docs: [], next: "500" }, idOf), { docs: [990], next: "500" });
});
