import assert from "node:assert/strict";
import { type Database, DatabaseError } from "../_shared/database.ts";
import { replayRange } from "./replay_range.ts";

const FILTER = { source: null, status: "error", from: null, to: null } as const;

/** A log of so many failed callbacks; those whose number is named fail again, or are gone. */
function aLog(
  count: number,
  { failing = [], gone = [] }: { failing?: number[]; gone?: number[] } = {},
) {
  const ids = Array.from({ length: count }, (_, i) => `whlog_${String(i).padStart(5, "0")}`);
  const replayed: string[] = [];
  const waits: number[] = [];
  const looks: number[] = [];
  const clock = { now: 0 };
  const db: Database = {
    call(name, args, answer) {
      const { p_after, p_limit, p_webhook_log_id: id } = args;
      if (name === "replayable_callbacks") {
        looks.push(Number(p_limit));
        const left = ids.filter((one) =>
          (p_after === null || one > String(p_after)) &&
          (!replayed.includes(one) || failing.includes(ids.indexOf(one)))
        );
        return Promise.resolve(
          answer.parse({ matched: left.length, ids: left.slice(0, Number(p_limit)) }),
        );
      }
      if (gone.includes(ids.indexOf(String(id)))) {
        return Promise.reject(new DatabaseError("Cannot call it", "RL404", false));
      }
      replayed.push(String(id));
      const fails = failing.includes(ids.indexOf(String(id)));
      return Promise.resolve(answer.parse({
        webhook_log_id: id,
        was: "error",
        status: fails ? "error" : "success",
        outcome: fails ? "error" : "applied",
        error: null,
        retry_count: 1,
      }));
    },
  };
  function wait(ms: number): Promise<void> {
    waits.push(ms);
    return Promise.resolve();
  }
  const deps = { db, now: () => clock.now, wait };
  return { ids, replayed, waits, looks, clock, deps };
}

Deno.test("a range is replayed oldest first, in pages with pauses between them", async () => {
  const { ids, replayed, waits, looks, deps } = aLog(120);

  const answer = await replayRange(FILTER, { after: null, limit: 1000 }, deps);

  assert.deepEqual(replayed, ids);
  assert.deepEqual(waits, [100, 100]);
  assert.deepEqual(looks, [1000], "what fits is counted once");
  assert.deepEqual(answer, {
    matched: 120,
    replayed: 120,
    outcomes: { applied: 120 },
    remaining: 0,
    next: null,
  });
});

Deno.test("what fails again is tried once, and hides nothing behind it", async () => {
  const failing = Array.from({ length: 60 }, (_, i) => i);
  const { ids, replayed, deps } = aLog(70, { failing });

  const answer = await replayRange(FILTER, { after: null, limit: 1000 }, deps);

  assert.deepEqual(replayed, ids);
  assert.deepEqual(answer.outcomes, { error: 60, applied: 10 });
});

Deno.test("a range stops at its limit and says where to go on", async () => {
  const { ids, replayed, deps } = aLog(100);

  const first = await replayRange(FILTER, { after: null, limit: 60 }, deps);
  assert.deepEqual([first.replayed, first.remaining, first.next], [60, 40, ids[59]]);
  const second = await replayRange(FILTER, { after: first.next, limit: 60 }, deps);

  assert.deepEqual([second.replayed, second.remaining, second.next], [40, 0, null]);
  assert.deepEqual(replayed, ids);
});

Deno.test("a range ends when its time is over, in the midst of a page", async () => {
  const { deps, clock, ids } = aLog(200);
  const db: Database = {
    call(...asked) {
      clock.now += 5000;
      return deps.db.call(...asked);
    },
  };

  const answer = await replayRange(FILTER, { after: null, limit: 1000 }, { ...deps, db });

  assert.deepEqual([answer.replayed, answer.remaining, answer.next], [19, 181, ids[18]]);
});

Deno.test("one that is gone meanwhile stops nobody", async () => {
  const { deps } = aLog(3, { gone: [1] });

  const { outcomes } = await replayRange(FILTER, { after: null, limit: 10 }, deps);

  assert.deepEqual(outcomes, { applied: 2, gone: 1 });
});
