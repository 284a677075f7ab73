import assert from "node:assert/strict";
import { collectCalls } from "./collect_calls.ts";

type Call = { items: string[]; end: PromiseWithResolvers<void> };

/** Calls stay under way until a test ends them; each item is answered by itself in capitals. */
function aCollector({ mostItems = 3, enough = 3, mostSize = 100, atOnce = 2 } = {}) {
  const calls: Call[] = [];
  const clock = { now: 0 };
  const pauses: (() => void)[] = [];
  const collect = collectCalls(async (items: string[]) => {
    const end = Promise.withResolvers<void>();
    calls.push({ items, end });
    await end.promise;
    return items.map((item) =>
      item === "bad" ? Promise.reject(new Error("bad")) : Promise.resolve(item.toUpperCase())
    );
  }, {
    ...{ mostItems, enough, mostSize, atOnce, slowMs: 250, mostWaiting: 9, patienceMs: 20_000 },
    refuse: () => new Error("too many"),
    pause: (_ms, signal) =>
      new Promise((resolve) => {
        pauses.push(resolve);
        signal.addEventListener("abort", () => resolve());
      }),
    sizeOf: (item) => item.length,
    now: () => clock.now,
  });
  const sent = () => calls.map(({ items }) => items.join(" "));
  return { collect, calls, clock, pauses, sent };
}

Deno.test("a lone item goes out at once, and what comes meanwhile goes together in the next call", async () => {
  const { collect, calls, sent } = aCollector();

  const answers = Promise.all(["a", "b", "c"].map(collect));
  assert.deepEqual(sent(), ["a"]);
  calls[0]?.end.resolve();
  await calls[0]?.end.promise;
  await Promise.resolve();
  calls[1]?.end.resolve();

  assert.deepEqual(await answers, ["A", "B", "C"]);
  assert.deepEqual(sent(), ["a", "b c"]);
});

Deno.test("a second call goes out when there are enough for it, and no third one beside it", () => {
  const { collect, sent } = aCollector();

  for (const item of ["a", "b", "c", "d", "e", "f", "g", "h"]) collect(item);

  assert.deepEqual(sent(), ["a", "b c d"]);
});

Deno.test("who comes while a call is slow does not wait for it", () => {
  const { collect, clock, sent } = aCollector();
  collect("a");
  collect("b");
  clock.now += 251;

  collect("c");

  assert.deepEqual(sent(), ["a", "b c"]);
});

Deno.test("who waits behind a slow call goes out though nobody comes after", async () => {
  const { collect, clock, pauses, sent } = aCollector();
  collect("a");
  collect("b");
  clock.now += 250;

  pauses.forEach((end) => end());
  await Promise.resolve();

  assert.deepEqual(sent(), ["a", "b"]);
});

Deno.test("nobody waits for ever, and not everybody: the others are refused", async () => {
  const { collect, calls, clock } = aCollector({ atOnce: 1 });
  collect("a");
  const waiting = Array.from({ length: 9 }, () => collect("b"));
  await assert.rejects(collect("c"), /too many/);

  clock.now += 20_001;
  calls[0]?.end.resolve();

  const ends = await Promise.allSettled(waiting);
  assert.deepEqual(new Set(ends.map(({ status }) => status)), new Set(["rejected"]));
});

Deno.test("a call takes no more than its size allows, but a single item of any", async () => {
  const { collect, calls, sent } = aCollector({ mostSize: 4 });
  const answers = Promise.all(["a", "bb", "cc", "dd", "eeeeee"].map(collect));

  for (let i = 0; i < 4; i++) {
    calls[i]?.end.resolve();
    await calls[i]?.end.promise;
    await Promise.resolve();
    await Promise.resolve();
  }

  assert.deepEqual(await answers, ["A", "BB", "CC", "DD", "EEEEEE"]);
  assert.deepEqual(sent().toSorted(), ["a", "bb cc", "dd", "eeeeee"]);
});

Deno.test("one that fails by itself fails alone, and a call that fails takes only its own along", async () => {
  const { collect, calls } = aCollector();
  const first = collect("a");
  const together = Promise.allSettled([collect("bad"), collect("b")]);

  calls[0]?.end.reject(new Error("away"));
  await assert.rejects(first, /away/);
  calls[1]?.end.resolve();

  const [bad, good] = await together;
  assert.equal(bad.status, "rejected");
  assert.deepEqual(good, { status: "fulfilled", value: "B" });
});

Deno.test("an item that a call leaves out is told so", async () => {
  const collect = collectCalls((_items: string[]) => Promise.resolve([]), {
    ...{
      mostItems: 3,
      enough: 3,
      mostSize: 100,
      atOnce: 2,
      slowMs: 250,
      mostWaiting: 9,
      patienceMs: 20_000,
      refuse: () => new Error("too many"),
      pause: () => Promise.resolve(),
    },
    sizeOf: () => 1,
    now: () => 0,
  });

  await assert.rejects(collect("a"), /left it out/);
});
