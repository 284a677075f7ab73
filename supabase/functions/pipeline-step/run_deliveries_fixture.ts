import type { ClaimedDeliveries } from "../_shared/transitions/deliveries.ts";
import { delivery } from "./fixture.ts";
import { createDeliveryLoop, type DeliveryRunDeps } from "./run_deliveries.ts";

export const START = Date.UTC(2026, 10, 22, 12, 0, 0);
export const NOTHING: ClaimedDeliveries = { deliveries: [], next_at: null };

/** Answers claims in order, then with nothing; a clock that only sleeping moves on. */
export function aLoop(claims: ClaimedDeliveries[], more: Partial<DeliveryRunDeps> = {}) {
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

export function due(...ids: string[]): ClaimedDeliveries {
  return { deliveries: ids.map((id) => delivery(id)), next_at: null };
}

export function notBefore(ms: number): ClaimedDeliveries {
  return { deliveries: [], next_at: new Date(START + ms).toISOString() };
}
