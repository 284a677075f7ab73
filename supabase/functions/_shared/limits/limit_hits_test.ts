import assert from "node:assert/strict";
import { handMadeWorld } from "../testing/hand_made_world.ts";
import { createLimitHits } from "./limit_hits.ts";

Deno.test("refusals are told together, at most once in ten seconds", async () => {
  const { deps, calls, clock, settled } = handMadeWorld({ sql: { count_limit_hits: null } });
  const waits: { ms: number; resolve: () => void }[] = [];
  const hits = createLimitHits("RATE_LIMIT_FAL", {
    ...deps,
    wait: (ms) => new Promise((resolve) => waits.push({ ms, resolve })),
  });
  async function next(): Promise<number | undefined> {
    const wait = waits.shift();
    wait?.resolve();
    await new Promise((resolve) => setTimeout(resolve));
    return wait?.ms;
  }

  hits.add();
  assert.equal(await next(), 0);
  clock.now += 1000;
  for (let i = 0; i < 50; i++) hits.add();
  assert.equal(await next(), 9000);
  await settled();

  assert.deepEqual(calls.map(({ args }) => args), [
    { p_what: "RATE_LIMIT_FAL", p_hits: 1 },
    { p_what: "RATE_LIMIT_FAL", p_hits: 50 },
  ]);
});

Deno.test("a database that is away is a line of the log", async () => {
  const sql = { count_limit_hits: new Error("No connection") };
  const { deps, lines, settled } = handMadeWorld({ sql });

  createLimitHits("RATE_LIMIT_FAL", deps).add();
  await settled();

  assert.match(lines.join(), /"event":"rate_limit.not_counted".*No connection/);
});
