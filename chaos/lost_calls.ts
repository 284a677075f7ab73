import type { FaultKind } from "./fault_kinds.ts";
import type { Schedule } from "./schedule.ts";

/**
 * How many calls one of these may lose, so that nobody can learn whether fal took them. A runner announces
 * its calls one after the other: one that dies has one announced at most that did not leave. A database that
 * is away, or whose answers are, costs none: what could not be announced is not called.
 */
const LOSES: Partial<Record<FaultKind, number>> = {
  "kills": 1,
  "kills-at-moments": 1,
  "kills-before-calls": 1,
  "second-runner": 1,
  // Every function dies twice.
  "rotated-secrets": 2,
  "frozen-functions": 1,
  // So long that nobody could take an announcement back.
  "dead-postgres": 1,
  // What is on its way when the connections are closed.
  "provider-away": 2,
  "cut-before": 1,
  // fal took it and never tells: where its receipt was lost too, its patience may be over first.
  "provider-never-ends": 1,
};

/** True where a request of this film may have been lost on the way to fal. */
export function mayLose({ filmFaults, storms }: Schedule, film: number): boolean {
  return [...storms, ...filmFaults.filter((fault) => fault.film === film)]
    .some(({ kind }) => kind in LOSES);
}

/** Of all calls of a run, as many as its faults may have lost. */
export function mostLost(given: ReadonlyMap<string, number>): number {
  return Object.entries(LOSES).reduce(
    (sum, [kind, calls]) => sum + calls * (given.get(kind) ?? 0),
    0,
  );
}
