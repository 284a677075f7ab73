import { isMet, type Outcome, type Target } from "./case.ts";
import { median, short } from "./figures.ts";

/** A case's figures for the screen: median and range of each series, targets, notes. */
export function showTable({ series, targets = [], notes = [] }: Outcome): string {
  const rows = series.map(({ name, unit, values }) => [
    name,
    short(median(values)),
    unit,
    values.length > 1 ? `${short(Math.min(...values))} to ${short(Math.max(...values))}` : "",
  ]);
  return [
    ...align([["", "median", "", "range"], ...rows]),
    ...targets.map((target) => `  ${isMet(target) ? "reached" : "MISSED "}  ${describe(target)}`),
    ...notes.map((note) => `  ${note}`),
  ].join("\n");
}

/** What became of a case. */
export type CaseRun = {
  name: string;
  seconds: number;
  /** Targets that it missed. */
  missed: string[];
  /** Why it could not be measured, or not be trusted. */
  error: string | null;
};

/** The end of a run: how long each case took, what was missed, and what failed. */
export function showSummary(runs: readonly CaseRun[]): string {
  const total = runs.reduce((sum, { seconds }) => sum + seconds, 0);
  const width = Math.max(...runs.map(({ name }) => name.length));
  const line = (name: string, seconds: number, words: string) =>
    `  ${name.padEnd(width)}  ${Math.round(seconds).toString().padStart(5)} s  ${words}`.trimEnd();
  return [
    "how long each took:",
    ...runs.map(({ name, seconds, missed, error }) => {
      if (error !== null) return line(name, seconds, `FAILED: ${error.split("\n")[0]}`);
      return line(name, seconds, missed.length > 0 ? `${missed.length} missed` : "");
    }),
    line("all", total, ""),
    ...runs.flatMap(({ name, missed }) => missed.map((one) => `  MISSED   ${name}: ${one}`)),
  ].join("\n");
}

export function describe({ what, value, wanted }: Target): string {
  const least = "least" in wanted;
  return `${what}: ${short(value)}, wanted ${least ? "at least" : "at most"} ${
    short(least ? wanted.least : wanted.most)
  }`;
}

function align(rows: string[][]): string[] {
  const widths = [0, 1, 2].map((column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0))
  );
  return rows.map(([name = "", figure = "", unit = "", range = ""]) =>
    `  ${name.padEnd(widths[0] ?? 0)}  ${figure.padStart(widths[1] ?? 0)} ${
      unit.padEnd(widths[2] ?? 0)
    }  ${range}`.trimEnd()
  );
}
