import type { Log } from "../_shared/log.ts";
import { sinceThen } from "../_shared/since_then.ts";
import type { ClaimedDeliveries, DeliveryWork } from "../_shared/transitions/deliveries.ts";
import { LINGER } from "./linger.ts";

export type DeliverySlots = {
  /** Deliveries that are on their way at a time, while they are young. */
  quick: number;
  /** More, for those that are older than `slowAfter`: they hold up no young one. */
  slow: number;
  /** Milliseconds. */
  slowAfter: number;
  /** Of the bodies on their way; with so many nothing is claimed. */
  bytes: number;
  /** Milliseconds after which nothing new is taken on. */
  time: number;
};

export type DeliveryRunDeps = {
  claim: (limit: number) => Promise<ClaimedDeliveries>;
  /** Sends one and records what came of it. */
  deliver: (work: DeliveryWork) => Promise<void>;
  /** Rings for a successor. */
  ring: () => Promise<void>;
  /** Sleeps `ms`, or until the signal aborts. */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  now: () => number;
  log: Log;
  slots: DeliverySlots;
  /** Aborted when the isolate is told to go. */
  stopping: AbortSignal;
};

/** Milliseconds. A run stays for what becomes due within this; the rest is the sweep's. */
const STAY = 5000;
/** A claim that found nothing is not repeated faster than this. */
const LEAST_PAUSE = 50;
/** While some are on their way, how often it is looked for others at the latest. */
const LONGEST_PAUSE = 1000;
/** Fewer free slots than this are not worth a claim while others are on their way. */
const LEAST_CLAIM = 4;

export type DeliveryLoop = {
  /** There may be something to send: starts the loop, or has the running one look. */
  wake: () => void;
  /** Resolves when the loop has ended, and all that it began; never rejects. */
  idle: () => Promise<void>;
};

/**
 * Claims, sends and records deliveries until none is due, one loop an isolate. A delivery that takes
 * long moves from the quick slots to the slow ones, so that receivers that hang leave the others alone.
 */
export function createDeliveryLoop(deps: DeliveryRunDeps): DeliveryLoop {
  const { slots, stopping } = deps;
  const encoder = new TextEncoder();
  const underWay = new Map<Promise<void>, { since: number; bytes: number }>();
  const loops = new Set<Promise<void>>();
  let isRunning = false;
  let isAsked = false;
  let isWoken = false;
  let busyAt = -Infinity;
  let awake = new AbortController();

  function wakeUp(): void {
    isAsked = true;
    awake.abort();
  }

  function begin(work: DeliveryWork): void {
    const piece = deps.deliver(work)
      .catch((error) => deps.log("work.failed", { delivery_id: work.delivery_id, error }))
      .finally(() => {
        underWay.delete(piece);
        busyAt = deps.now();
        wakeUp();
      });
    // A character takes up to three on its way.
    const bytes = encoder.encode(work.body).length;
    underWay.set(piece, { since: deps.now(), bytes });
  }

  function freeSlots(): number {
    const pieces = [...underWay.values()];
    if (pieces.reduce((sum, { bytes }) => sum + bytes, 0) >= slots.bytes) return 0;
    const young =
      pieces.filter(({ since }) => sinceThen(since, deps.now()) < slots.slowAfter).length;
    const old = pieces.length - young;
    return slots.quick - young - Math.max(old - slots.slow, 0);
  }

  async function rest(ms: number): Promise<void> {
    if (isAsked || stopping.aborted) return;
    await deps.sleep(ms, AbortSignal.any([awake.signal, stopping]));
  }

  /** True when its time is over with work left. */
  async function run(): Promise<boolean> {
    const until = deps.now() + slots.time;
    while (deps.now() < until && !stopping.aborted) {
      awake = new AbortController();
      isAsked = isWoken = false;
      const free = freeSlots();
      if (free < Math.min(LEAST_CLAIM, slots.quick)) {
        await rest(slots.slowAfter / 4);
        continue;
      }
      const claimed = await deps.claim(free);
      claimed.deliveries.forEach(begin);
      if (claimed.deliveries.length > 0) continue;

      const due = millisecondsUntilNext(claimed, deps.now());
      const pause = sinceThen(busyAt, deps.now()) < LINGER
        ? LEAST_PAUSE
        : Math.max(due, LEAST_PAUSE);
      if (underWay.size === 0 && !(pause <= STAY) && !isAsked) return false;
      await rest(Math.min(pause, LONGEST_PAUSE, until - deps.now()));
    }
    return true;
  }

  async function runSafely(): Promise<void> {
    let isSpent = false;
    let hasFailed = false;
    do {
      isAsked = isWoken = hasFailed = false;
      try {
        isSpent = await run();
      } catch (error) {
        hasFailed = true;
        deps.log("deliveries.failed", { error });
      }
      // Asked between its last look and now: nobody else would hear of it. Where that look failed, an
      // ended delivery is no reason for another, but whoever woke it had an answer of the database.
    } while (!isSpent && (hasFailed ? isWoken : isAsked));
    isRunning = false;
    if (isSpent) await ringSafely();
  }

  /** Before those on their way have ended: one that hangs would hold up all others. */
  async function ringSafely(): Promise<void> {
    try {
      await deps.ring();
    } catch (error) {
      deps.log("deliveries.failed", { error });
    }
  }

  return {
    wake() {
      isWoken = true;
      wakeUp();
      if (isRunning) return;
      isRunning = true;
      const loop = Promise.resolve().then(runSafely).finally(() => loops.delete(loop));
      loops.add(loop);
    },
    async idle() {
      while (loops.size > 0 || underWay.size > 0) {
        await Promise.all([...loops, ...underWay.keys()]);
      }
    },
  };
}

/** By the database's clock where it says so: ours may be ahead of it by hours. */
function millisecondsUntilNext({ next_in, next_at }: ClaimedDeliveries, now: number): number {
  if (next_in !== undefined) return next_in === null ? Infinity : next_in * 1000;
  // "infinity" is a time to Postgres.
  return (Date.parse(next_at ?? "") || Infinity) - now;
}
