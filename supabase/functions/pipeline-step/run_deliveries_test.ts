import assert from "node:assert/strict";
import { delivery } from "./fixture.ts";
import { aLoop, due, notBefore, NOTHING, START } from "./run_deliveries_fixture.ts";

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
