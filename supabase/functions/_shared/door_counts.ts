import type { MiddlewareHandler } from "hono";
import * as z from "zod";
import type { Database } from "./database.ts";
import type { Deps } from "./deps.ts";
import { tellInBackground } from "./tell_in_background.ts";

/** Notes what a door answered. @param isLetIn its sender had proved who it is */
export type CountAnswer = (answer: { status: number; ms: number; isLetIn: boolean }) => void;

/** So many answers of one status; durations each in one slot: at most so many milliseconds. */
export type DoorCount = {
  status: number;
  requests: number;
  ms_total: number;
  requests_by_ms: Record<string, number>;
};

/** Upper ends of the slots in milliseconds; what took longer is `more`. */
export const SLOTS = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000] as const;

/** Milliseconds between two reports, at least. */
const PAUSE = 10_000;

export function countDoorRequests(
  db: Database,
  door: string,
  counts: DoorCount[],
): Promise<unknown> {
  return db.call("count_door_requests", { p_door: door, p_counts: counts }, z.unknown());
}

/**
 * Counts a door's answers and reports them in the background. Answers to strangers are reported with
 * the next one to somebody who was let in: a flood of unsigned requests costs the database nothing.
 */
export function createDoorCounts(
  door: string,
  deps: Pick<Deps, "db" | "now" | "wait" | "later" | "log">,
): CountAnswer {
  let untold = new Map<number, DoorCount>();
  let isDue = false;

  const tellSoon = tellInBackground(deps, {
    leastPause: PAUSE,
    isDue: () => isDue,
    async tell() {
      const counts = [...untold.values()];
      untold = new Map();
      isDue = false;
      await countDoorRequests(deps.db, door, counts);
    },
    onFailure: (error) => deps.log("door.not_counted", { error }),
  });

  return ({ status, ms, isLetIn }) => {
    add(untold, status, ms);
    isDue ||= isLetIn;
    if (isDue) tellSoon();
  };
}

/** Counts every answer but those to OPTIONS and to a GET that nobody was to be let in for. */
export function countAnswers(
  count: CountAnswer,
  { now, letIn }: { now: () => number; letIn: WeakSet<Request> },
): MiddlewareHandler {
  return async (c, next) => {
    const since = now();
    await next();
    const isLetIn = letIn.has(c.req.raw);
    const { method } = c.req;
    const isIdle = method === "OPTIONS" || method === "GET" && c.res.ok && !isLetIn;
    if (!isIdle) count({ status: c.res.status, ms: now() - since, isLetIn });
  };
}

function add(counts: Map<number, DoorCount>, status: number, ms: number): void {
  const count = counts.get(status) ?? { status, requests: 0, ms_total: 0, requests_by_ms: {} };
  counts.set(status, count);
  const slot = SLOTS.find((end) => ms <= end) ?? "more";
  count.requests++;
  count.ms_total += Math.round(ms);
  count.requests_by_ms[slot] = (count.requests_by_ms[slot] ?? 0) + 1;
}
