import assert from "node:assert/strict";
import { aLoop, due, NOTHING, START } from "./run_deliveries_fixture.ts";

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
