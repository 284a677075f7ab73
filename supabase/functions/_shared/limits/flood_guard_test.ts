import assert from "node:assert/strict";
import { createFloodGuard } from "./flood_guard.ts";
import { createSlidingWindow } from "./sliding_window.ts";

Deno.test("an address may fail 100 times in a minute; from the 101st on it is to stay away", () => {
  const clock = { now: 0 };
  const guard = createFloodGuard({ limit: 100, now: () => clock.now });

  for (let i = 0; i < 100; i++) assert.equal(guard.failed("192.0.2.1"), null, `failure ${i + 1}`);
  assert.equal(guard.failed("192.0.2.1"), 60);
  assert.equal(guard.failed("192.0.2.2"), null);
});

Deno.test("only the last minute counts", () => {
  const clock = { now: 0 };
  const guard = createFloodGuard({ limit: 2, now: () => clock.now });

  guard.failed("a");
  clock.now = 30_000;
  guard.failed("a");
  assert.equal(guard.failed("a"), 60);
  clock.now = 90_000;
  assert.equal(guard.failed("a"), null);
});

Deno.test("failing on and on keeps an address out, at bounded cost", () => {
  const clock = { now: 0 };
  const guard = createFloodGuard({ limit: 3, now: () => clock.now });

  for (let i = 0; i < 1000; i++) {
    clock.now += 1000;
    const expected = i < 3 ? null : 58;
    assert.equal(guard.failed("a"), expected, `failure ${i + 1}`);
  }
});

Deno.test("a clock that is set back keeps nobody out until it has caught up", () => {
  const clock = { now: 3_600_000 };
  const guard = createFloodGuard({ limit: 2, now: () => clock.now });
  for (let i = 0; i < 3; i++) guard.failed("a");

  clock.now = 0;
  assert.equal(guard.failed("a"), null);
});

Deno.test("a window with a large limit stays small: what comes within a tenth of a second is one", () => {
  const clock = { now: 0 };
  const window = createSlidingWindow({ limit: 60_000, now: () => clock.now });
  for (; clock.now < 50_000; clock.now += 5) window.add("a");

  assert.equal(window.count("a"), 10_000);
  assert.equal(window.counts("a").length, 500);
  clock.now = 60_000;
  assert.equal(window.count("a"), 10_000);
  clock.now = 60_095;
  assert.equal(window.count("a"), 9980);
});

Deno.test("a window remembers a bounded number of addresses, the latest ones", () => {
  const window = createSlidingWindow({ limit: 1, now: () => 0, mostAddresses: 2 });
  for (const address of ["a", "b", "a", "c"]) window.add(address);

  assert.equal(window.count("b"), 0);
  assert.equal(window.count("a"), 2);
  assert.equal(window.count("c"), 1);
});
