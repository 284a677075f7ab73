import assert from "node:assert/strict";
import type { ClaimedDeliveries } from "../_shared/transitions/deliveries.ts";
import { delivery } from "./fixture.ts";
import { createDeliveryLoop, type DeliveryRunDeps } from "./run_deliveries.ts";

const START = Date.UTC(2026, 10, 22, 12, 0, 0);
const NOTHING: ClaimedDeliveries = { deliveries: [], next_at: null };

/** Answers claims in order, then with nothing; a clock that only sleeping moves on. */
function aLoop(claims: ClaimedDeliveries[], more: Partial<DeliveryRunDeps> = {}) {
  const seen = {
    limits: [] as number[],
    delivered: [] as string[],
    slept: [] as number[],
    rings: 0,
    logged: [] as string[],
    now: START,
  };
  const loop = createDeliveryLoop({
    claim(limit) {
      seen.limits.push(limit);
      return Promise.resolve(claims.shift() ?? NOTHING);
    },
    deliver: ({ delivery_id }) => Promise.resolve(void seen.delivered.push(delivery_id)),
    ring: () => Promise.resolve(void seen.rings++),
    sleep(ms) {
      seen.slept.push(ms);
      seen.now += ms;
      return Promise.resolve();
    },
    now: () => seen.now,
    log: (event) => seen.logged.push(event),
    slots: { quick: 8, slow: 4, slowAfter: 1000, bytes: 1000, time: 100_000 },
    stopping: new AbortController().signal,
    ...more,
  });
  return { loop, seen };
}

const due = (...ids: string[]): ClaimedDeliveries => ({
  deliveries: ids.map((id) => delivery(id)),
  next_at: null,
});
const notBefore = (ms: number): ClaimedDeliveries => ({
  deliveries: [],
  next_at: new Date(START + ms).toISOString(),
});

Deno.test("all that is due is delivered, and a loop that leaves nothing behind rings nobody", async () => {
  const { loop, seen } = aLoop([due("1", "2"), due("3")]);

  loop.wake();
  await loop.idle();

  assert.deepEqual(seen.delivered, ["del_1", "del_2", "del_3"]);
  assert.deepEqual([seen.rings, seen.logged], [0, []]);
});

Deno.test("receivers that hang fill the slow slots and leave the quick ones to the others", async () => {
  const hanging = Promise.withResolvers<void>();
  const hangs = ["1", "2", "3", "4", "5", "6"];
  const { loop, seen } = aLoop([due(...hangs)], {
    async deliver({ delivery_id }) {
      if (hangs.some((id) => delivery_id === `del_${id}`)) await hanging.promise;
      seen.delivered.push(delivery_id);
    },
    claim(limit) {
      seen.limits.push(limit);
      if (seen.limits.length === 1) return Promise.resolve(due(...hangs));
      if (seen.limits.length === 2) return Promise.resolve(due("7"));
      hanging.resolve();
      return Promise.resolve(NOTHING);
    },
  });

  loop.wake();
  await loop.idle();

  // Six of eight are taken: too few for a claim. A second later four of them count as slow.
  assert.deepEqual(seen.limits.slice(0, 2), [8, 6]);
  assert.equal(seen.delivered[0], "del_7");
  assert.equal(seen.delivered.length, 7);
});

for (
  const [script, body] of [["Latin", "x".repeat(1000)], ["Chinese", "漢".repeat(400)]] as const
) {
  Deno.test(`with large ${script} bodies on their way nothing more is claimed until one has ended`, async () => {
    const large = Promise.withResolvers<void>();
    const claimedBeside: string[] = [];
    const { loop, seen } = aLoop([
      { deliveries: [{ ...delivery("1"), body }], next_at: null },
      due("2"),
    ], {
      async deliver({ delivery_id }) {
        if (delivery_id === "del_1") await large.promise;
        seen.delivered.push(delivery_id);
      },
      sleep(ms) {
        claimedBeside.push(`${seen.limits.length} claims`);
        large.resolve();
        seen.now += ms;
        return Promise.resolve();
      },
    });

    loop.wake();
    await loop.idle();

    assert.equal(claimedBeside[0], "1 claims");
    assert.deepEqual(seen.delivered, ["del_1", "del_2"]);
  });
}

Deno.test("it stays for what becomes due within seconds, and leaves the rest to the sweep", async () => {
  const soon = aLoop([notBefore(800), due("1"), notBefore(60_000)]);
  soon.loop.wake();
  await soon.loop.idle();

  assert.deepEqual(soon.seen.delivered, ["del_1"]);
  assert.equal(soon.seen.slept[0], 800);
  assert.ok(soon.seen.now < START + 5000);
});

Deno.test("where the clock went back, it does not look twenty times a second until it has caught up", async () => {
  const { loop, seen } = aLoop([due("1")], {
    deliver({ delivery_id }) {
      seen.delivered.push(delivery_id);
      return Promise.resolve();
    },
    claim(limit) {
      seen.limits.push(limit);
      if (seen.limits.length === 1) return Promise.resolve(due("1"));
      if (seen.limits.length === 4) seen.now -= 60_000;
      return Promise.resolve(NOTHING);
    },
  });

  loop.wake();
  await loop.idle();

  assert.ok(seen.limits.length < 50, `it looked ${seen.limits.length} times`);
});

Deno.test("where the database's clock is behind, it waits as long as the database says is left", async () => {
  const { loop, seen } = aLoop([{
    ...notBefore(-3_600_000),
    next_in: 4,
  }, due("1")]);

  loop.wake();
  await loop.idle();

  assert.deepEqual(seen.delivered, ["del_1"]);
  assert.equal(seen.slept[0], 1000, "the longest pause");
});

Deno.test("what is due in an hour by the database is the sweep's, whatever our clock says", async () => {
  const { loop, seen } = aLoop([{ ...notBefore(-3_600_000), next_in: 3600 }]);

  loop.wake();
  await loop.idle();

  assert.deepEqual([seen.limits.length, seen.slept], [1, []]);
});

Deno.test("a next time that is no time is none", async () => {
  const { loop, seen } = aLoop([{ deliveries: [], next_at: "infinity" }]);

  loop.wake();
  await loop.idle();

  assert.deepEqual([seen.limits.length, seen.slept], [1, []]);
});

Deno.test("with one on its way, a next time that is no time is no reason to look without a pause", async () => {
  const slow = Promise.withResolvers<void>();
  const { loop, seen } = aLoop([due("1"), { deliveries: [], next_at: "infinity" }], {
    deliver: () => slow.promise,
    sleep(ms) {
      seen.slept.push(ms);
      seen.now += 100_000;
      slow.resolve();
      return Promise.resolve();
    },
  });

  loop.wake();
  await loop.idle();

  assert.ok(seen.slept.every((ms) => ms > 0), `${seen.slept}`);
});

Deno.test("woken while it looks, it looks once more", async () => {
  const wakes: (() => void)[] = [];
  let claims = 0;
  const { loop, seen } = aLoop([], {
    claim() {
      if (++claims === 1) wakes[0]?.();
      return Promise.resolve(claims === 2 ? due("1") : NOTHING);
    },
  });
  wakes.push(loop.wake);

  loop.wake();
  await loop.idle();

  assert.deepEqual(seen.delivered, ["del_1"]);
});

Deno.test("no wake falls between its last look and its end, whenever it comes", async () => {
  for (let turns = 0; turns < 30; turns++) {
    const woken = Promise.withResolvers<void>();
    let isDue = false;
    let isFirst = true;
    const wakeLater = async () => {
      for (let turn = 0; turn < turns; turn++) await null;
      isDue = true;
      loop.wake();
      woken.resolve();
    };
    const { loop, seen } = aLoop([], {
      claim() {
        if (isFirst) wakeLater();
        isFirst = false;
        const found = isDue ? due("1") : NOTHING;
        isDue = false;
        return Promise.resolve(found);
      },
    });

    loop.wake();
    await woken.promise;
    await loop.idle();

    assert.deepEqual(seen.delivered, ["del_1"], `woken after ${turns} turns`);
  }
});

Deno.test("when its time is over it rings for a successor at once, though a receiver hangs", async () => {
  const hanging = Promise.withResolvers<void>();
  const rung = Promise.withResolvers<void>();
  const { loop, seen } = aLoop([due("1"), due("2")], {
    async deliver({ delivery_id }) {
      if (delivery_id === "del_1") await hanging.promise;
      seen.delivered.push(delivery_id);
    },
    sleep(ms) {
      seen.now += ms;
      return Promise.resolve();
    },
    ring() {
      seen.rings++;
      rung.resolve();
      return Promise.resolve();
    },
  });

  loop.wake();
  await rung.promise;
  assert.deepEqual(seen.delivered, ["del_2"]);
  assert.equal(seen.now, START + 100_000);

  hanging.resolve();
  await loop.idle();
  assert.deepEqual([seen.delivered, seen.rings], [["del_2", "del_1"], 1]);
});

Deno.test("the successor may be the same isolate: its loop begins while a receiver still hangs", async () => {
  const hanging = Promise.withResolvers<void>();
  const ends: (() => void)[] = [];
  let isOver = false;
  const { loop, seen } = aLoop([], {
    async deliver({ delivery_id }) {
      if (delivery_id === "del_1") await hanging.promise;
      seen.delivered.push(delivery_id);
      if (delivery_id === "del_2") hanging.resolve();
    },
    claim(limit) {
      seen.limits.push(limit);
      if (seen.limits.length === 1) return Promise.resolve(due("1"));
      if (isOver) return Promise.resolve(seen.delivered.length === 0 ? due("2") : NOTHING);
      seen.now += 100_000;
      return Promise.resolve(NOTHING);
    },
    ring() {
      seen.rings++;
      isOver = true;
      ends.forEach((wake) => wake());
      return Promise.resolve();
    },
  });
  ends.push(loop.wake);

  loop.wake();
  await loop.idle();

  assert.deepEqual([seen.delivered, seen.rings], [["del_2", "del_1"], 1]);
});

Deno.test("a ring for a successor that fails is one line in the log", async () => {
  const { loop, seen } = aLoop([due("1")], {
    stopping: AbortSignal.abort(),
    ring: () => Promise.reject(new Error("away")),
  });

  loop.wake();
  await loop.idle();

  assert.deepEqual([seen.delivered, seen.logged], [[], ["deliveries.failed"]]);
});

Deno.test("a claim that fails is one line in the log, and the next wake tries again", async () => {
  let claims = 0;
  const { loop, seen } = aLoop([], {
    claim: () =>
      ++claims === 1
        ? Promise.reject(new Error("away"))
        : Promise.resolve(claims === 2 ? due("1") : NOTHING),
  });

  loop.wake();
  await loop.idle();
  loop.wake();
  await loop.idle();

  assert.deepEqual(seen.logged, ["deliveries.failed"]);
  assert.deepEqual(seen.delivered, ["del_1"]);
});

Deno.test("woken while a claim fails, it looks once more, and not again for nothing", async () => {
  const wakes: (() => void)[] = [];
  let claims = 0;
  const { loop, seen } = aLoop([], {
    claim() {
      if (++claims > 2) return Promise.reject(new Error("away"));
      wakes[0]?.();
      return claims === 1 ? Promise.reject(new Error("away")) : Promise.resolve(due("1"));
    },
  });
  wakes.push(loop.wake);

  loop.wake();
  await loop.idle();

  assert.deepEqual([seen.delivered, seen.logged.length], [["del_1"], 2]);
});

Deno.test("a delivery that throws is logged, left to its lease, and stops no other", async () => {
  const { loop, seen } = aLoop([due("1", "2")], {
    deliver({ delivery_id }) {
      if (delivery_id === "del_1") return Promise.reject(new Error("bug"));
      return Promise.resolve(void seen.delivered.push(delivery_id));
    },
  });

  loop.wake();
  await loop.idle();

  assert.deepEqual([seen.delivered, seen.logged], [["del_2"], ["work.failed"]]);
});
