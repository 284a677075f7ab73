import { type Finding, FINDINGS, type Findings, GOOD } from "./findings.ts";

/** What a run has come to. */
export type Outcome = {
  films: number;
  findings: Findings;
  /** How often each kind of fault was given. */
  given: ReadonlyMap<string, number>;
  seconds: number;
};

/** What was planned is counted, not named. */
const QUIET: readonly Finding[] = ["completed", "refused", "givenUp"];
/** Names beyond this many of one finding are counted, not shown. */
const MOST_NAMES = 1000;

/** True where every promise was kept. */
export function isKept({ films, findings }: Pick<Outcome, "films" | "findings">): boolean {
  const ended = GOOD.reduce((sum, finding) => sum + findings[finding].length, 0);
  return badFindings().every((finding) => findings[finding].length === 0) && ended === films;
}

/** The table, then by name whatever is not simply completed. */
export function describeOutcome(outcome: Outcome): string {
  const { films, findings, given, seconds } = outcome;
  const rows: [string, string | number][] = [
    ["films", films],
    ...allFindings().map((one): [string, number] => [FINDINGS[one], findings[one].length]),
    ["wall time", `${seconds.toFixed(0)} s`],
    ["films a minute", (films / seconds * 60).toFixed(1)],
  ];
  const names = allFindings().filter((one) => !QUIET.includes(one))
    .flatMap((one) => listNames(FINDINGS[one], findings[one]));
  const faults = [...given].toSorted(([a], [b]) => a.localeCompare(b));
  return [
    "faults given",
    ...table(faults),
    "",
    ...table(rows),
    ...(names.length > 0 ? ["", ...names] : []),
    "",
    isKept(outcome) ? "Every promise was kept" : "A promise was broken",
  ].join("\n");
}

function listNames(title: string, names: string[]): string[] {
  const counted = [...Map.groupBy(names, (name) => name)]
    .map(([name, { length }]) => length > 1 ? `${name} (${length} times)` : name);
  const more = counted.length - MOST_NAMES;
  return [
    ...counted.slice(0, MOST_NAMES).map((name) => `${title}: ${name}`),
    ...(more > 0 ? [`${title}: and ${more} more`] : []),
  ];
}

function table(rows: [string, string | number][]): string[] {
  return rows.map(([name, value]) => `  ${name.padEnd(42)}${String(value).padStart(10)}`);
}

function allFindings(): Finding[] {
  return Object.keys(FINDINGS).filter((name): name is Finding => Object.hasOwn(FINDINGS, name));
}

function badFindings(): Finding[] {
  return allFindings().filter((finding) => !GOOD.includes(finding));
}
