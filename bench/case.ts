import type { Stacks } from "./stacks.ts";

/** Figures of one thing, one a round. */
export type Series = {
  name: string;
  /** `jobs/s`, `ms`, `MB`, ... */
  unit: string;
  values: number[];
};

/** What a case has to reach, as a ratio in one run or as a figure. */
export type Target = {
  what: string;
  value: number;
  /** `>=` or `<=` this. */
  wanted: { least: number } | { most: number };
};

export type Outcome = {
  series: Series[];
  targets?: Target[];
  /** What was checked, and what was left out and why. */
  notes?: string[];
};

export type CaseOptions = {
  quick: boolean;
  /** Its own ones that were given. */
  options: Record<string, number>;
  stacks: Stacks;
  /** Tells what is going on meanwhile. */
  say: (line: string) => void;
};

export type Case = {
  what: string;
  /** Names of its own options, each a whole number. */
  options?: string[];
  run(by: CaseOptions): Promise<Outcome>;
};

/** A figure that could not be had reaches nothing: the largest of no samples is below every limit. */
export function isMet({ value, wanted }: Target): boolean {
  if (!Number.isFinite(value)) return false;
  return "least" in wanted ? value >= wanted.least : value <= wanted.most;
}
