import assert from "node:assert/strict";
import { hideValues } from "./hide_values.ts";

const URL_WITH_KEY = "https://app.test/hook?key=query-secret";

Deno.test("whole values, their words, and what is cut off in the middle of one are hidden", () => {
  const headers = { authorization: "Bearer header-secret", "x-short": "7777777" };
  const hide = (text: string) => hideValues(text, { headers, url: URL_WITH_KEY });

  assert.equal(hide("got Bearer header-secret"), "got (hidden)");
  assert.equal(hide("got header-secret, query-secret"), "got (hidden), (hidden)");
  assert.equal(hide("got 7777777"), "got 7777777");
  assert.equal(hide("got header-secre"), "got (hidden)");
  assert.equal(hide("got query-se"), "got (hidden)");
  assert.equal(hide("got header-"), "got header-", "that little is no secret");
  assert.equal(hide(""), "");
});

Deno.test("the largest headers that a job may bring take few milliseconds of each answer", () => {
  const headers = Object.fromEntries(
    Array.from({ length: 20 }, (_, n) => [`h${n}`, `${n}`.padEnd(4096, "abcdefghij")]),
  );
  const took = Array.from({ length: 20 }, () => {
    const began = performance.now();
    hideValues("error ".repeat(680), { headers, url: URL_WITH_KEY });
    return performance.now() - began;
  });

  assert.ok(Math.min(...took) < 15, `${took.map(Math.round)} ms`);
});
