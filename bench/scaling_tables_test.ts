import assert from "node:assert/strict";
import { type ScalingInputs, showInputs, showLimits, showSizes } from "./scaling_tables.ts";

const INPUTS: ScalingInputs = {
  conditions: "Measured then.",
  film: {
    cpu: 40,
    parts: { job: 5, claims: 10, submissions: 10, callbacks: 24, answer: 1 },
    statements: 800,
    commits: 20,
    log: 120,
    versions: 150,
    rows: 88,
    kept: 54,
  },
  door: { job: 0.5, callback: 0.4 },
  rates: { jobs: 300, callbacks: 200, filmsInSql: 50, filmsOverHttp: 18 },
  bell: { changes: 10_000, rings: 6, mostQueued: 1 },
};

Deno.test("half of a machine's threads make as many films as their CPU is enough for", () => {
  const [, , micro = "", , , , xl = ""] = showSizes(INPUTS).split("\n");

  // 2 x 0.5 x 3,600 s / 0.04 s; a job takes a tenth of it, a callback a seventh of 24 in 50.
  assert.match(micro, /^\| Micro \(2 threads\) \| 90,000 \| 900,000 \| 1,310,000 \|/);
  assert.match(xl, /^\| XL \(4 threads\) \| 180,000 \|/);
});

Deno.test("parts that were measured apart add up to the whole that was measured together", () => {
  const [, , cpu] = showInputs(INPUTS).split("\n");

  assert.equal(
    cpu,
    "| Postgres's CPU | 40 ms | job 4 · claims 8 · submissions 8 · callbacks 19.2 · answer 0.8 |",
  );
});

Deno.test("forty requests at work at fal are four hundred films an hour", () => {
  assert.match(showLimits(INPUTS), /\| fal, a grown account \| .* \| 400 \|/);
});
