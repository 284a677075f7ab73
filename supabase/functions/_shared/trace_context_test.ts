import assert from "node:assert/strict";
import { readTraceparent } from "./trace_context.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";

Deno.test("a traceparent is taken as the standard writes it, of later versions too", () => {
  assert.equal(readTraceparent(` 00-${TRACE}-${SPAN}-01 `), `00-${TRACE}-${SPAN}-01`);
  assert.equal(readTraceparent(`cc-${TRACE}-${SPAN}-00`), `cc-${TRACE}-${SPAN}-00`);
});

Deno.test("what is none is as absent: a broken tracer stops no film", () => {
  const none = [
    null,
    undefined,
    "",
    `00-${TRACE}-${SPAN}`,
    `ff-${TRACE}-${SPAN}-01`,
    `00-${"0".repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${"0".repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01\r\nx: y`,
  ];
  for (const value of none) assert.equal(readTraceparent(value), null, `${value}`);
});
