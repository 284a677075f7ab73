import assert from "node:assert/strict";
import { handMadeWorld } from "../testing/hand_made_world.ts";
import { createPostgresLimit } from "./postgres_limit.ts";

/** Two requests a minute; `others` is what other isolates have let through. */
function aLimit(others: unknown = []) {
  const world = handMadeWorld({ sql: { count_requests: others } });
  return { ...world, limit: createPostgresLimit("RATE_LIMIT_FAL", 2, world.deps) };
}

Deno.test("a limit refuses what is over it, and what was refused does not count", async () => {
  const { limit, clock } = aLimit();

  assert.equal(await limit.taken("a"), null);
  clock.now += 20_000;
  assert.equal(await limit.taken("a"), null);
  assert.equal(await limit.taken("a"), 40);
  assert.equal(await limit.taken("b"), null);
  clock.now += 40_000;
  assert.equal(await limit.taken("a"), null);
});

Deno.test("what other isolates let through counts until it is a minute old", async () => {
  const { limit, clock, settled } = aLimit([
    { address: "a", age_seconds: 50, requests: 1 },
    { address: "a", age_seconds: 30, requests: 4 },
    { address: "b", age_seconds: 30, requests: 1 },
  ]);
  assert.equal(await limit.taken("another"), null);
  await settled();

  assert.equal(await limit.taken("a"), 30);
  assert.equal(await limit.taken("b"), null);
  assert.equal(await limit.taken("b"), 30);
  clock.now += 30_000;
  assert.equal(await limit.taken("a"), null);
});

Deno.test("a request is decided without waiting for the database, and told to it afterwards", async () => {
  const { limit, calls, settled } = aLimit();

  assert.equal(await limit.taken("a"), null);
  assert.equal(await limit.taken("a"), null);
  assert.equal(await limit.taken("a"), 60);
  await settled();

  assert.equal(calls.length, 2);
  const told = calls.map(({ args }) => args.p_counts);
  assert.deepEqual(told, [{ a: 1 }, { a: 1 }]);
});

Deno.test("counts are exchanged at most once a second, with all that came in between", async () => {
  const { deps, calls, clock, settled } = handMadeWorld({ sql: { count_requests: [] } });
  const waits: { ms: number; resolve: () => void }[] = [];
  const limit = createPostgresLimit("RATE_LIMIT_FAL", 100, {
    ...deps,
    wait: (ms) => new Promise((resolve) => waits.push({ ms, resolve })),
  });
  async function next(): Promise<number | undefined> {
    const wait = waits.shift();
    wait?.resolve();
    await new Promise((resolve) => setTimeout(resolve));
    return wait?.ms;
  }

  await limit.taken("a");
  assert.equal(await next(), 0);
  clock.now += 300;
  for (let i = 0; i < 5; i++) await limit.taken("a");
  await limit.taken("b");
  assert.equal(await next(), 700);
  await settled();

  assert.deepEqual(calls.map(({ args }) => args.p_counts), [{ a: 1 }, { a: 5, b: 1 }]);
  assert.deepEqual(waits, []);
});

Deno.test("while the database is away, each isolate keeps the limit by itself", async () => {
  const { limit, lines, settled } = aLimit(new Error("No connection"));

  assert.equal(await limit.taken("a"), null);
  await settled();
  assert.equal(await limit.taken("a"), null);
  assert.equal(await limit.taken("a"), 60);

  assert.match(lines.join(), /"event":"rate_limit.not_shared".*No connection/);
});

Deno.test("a clock that is set back refuses nobody for longer, and delays no exchange", async () => {
  const { deps, clock, settled } = handMadeWorld({
    sql: { count_requests: [{ address: "b", age_seconds: 0, requests: 2 }] },
  });
  const waits: number[] = [];
  const wait = (ms: number) => Promise.resolve(void waits.push(ms));
  const limit = createPostgresLimit("RATE_LIMIT_FAL", 2, { ...deps, wait });
  await limit.taken("a");
  await limit.taken("a");
  await settled();
  assert.equal(await limit.taken("b"), 60);

  clock.now -= 3_600_000;
  assert.equal(await limit.taken("a"), null);
  assert.equal(await limit.taken("b"), null);
  await settled();
  assert.ok(Math.max(...waits) <= 1000, `${waits}`);
});
