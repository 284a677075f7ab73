import { join } from "node:path";
import { PROJECT_ROOT } from "../tools/project_root.ts";
import { median } from "./figures.ts";
import { type ScalingInputs, showInputs, showLimits, showSizes } from "./scaling_tables.ts";
import { Result } from "./write_readme.ts";

const CASES = ["pipeline", "intake", "callbacks", "bell_bursts"] as const;

/**
 * Writes the tables of docs/scaling.md anew from bench/results. Where a case that they need has not
 * been measured, they stay as they are.
 */
export async function writeScaling(): Promise<void> {
  const results = new Map<string, Result>();
  for (const name of CASES) {
    const path = join(PROJECT_ROOT, "bench/results", `${name}.json`);
    const text = await Deno.readTextFile(path).catch(() => null);
    if (text !== null) results.set(name, Result.parse(JSON.parse(text)));
  }
  const inputs = readInputs(results);
  if (inputs === null) return;
  const path = join(PROJECT_ROOT, "docs/scaling.md");
  let text = await Deno.readTextFile(path);
  const tables = {
    inputs: showInputs(inputs),
    sizes: showSizes(inputs),
    limits: showLimits(inputs),
  };
  for (const [name, table] of Object.entries(tables)) text = replaceBlock(text, name, table);
  await Deno.writeTextFile(path, text);
}

/** Null where a figure is missing. */
export function readInputs(results: ReadonlyMap<string, Result>): ScalingInputs | null {
  let isComplete = true;
  function read(from: string, name: string, of = median): number {
    const found = results.get(from)?.series.find((series) => series.name === name);
    if (!found) isComplete = false;
    return of(found?.values ?? []);
  }
  const film = (name: string) => read("pipeline", `a film: ${name}`);
  const inputs = {
    conditions: CASES.map((name) => showConditions(name, results.get(name)?.conditions ?? {}))
      .join("\n"),
    film: {
      cpu: film("Postgres's CPU"),
      parts: {
        job: film("CPU of its job"),
        claims: film("CPU of its claims"),
        submissions: film("CPU of its submissions"),
        callbacks: film("CPU of its callbacks"),
        answer: film("CPU of its answer"),
      },
      statements: film("SQL statements"),
      commits: film("commits"),
      log: film("log, without page images"),
      versions: film("row versions written"),
      rows: film("rows kept"),
      kept: film("room for them and their indexes"),
    },
    door: {
      job: read("intake", "CPU of the door alone, a job"),
      callback: read("callbacks", "CPU, applied: the door alone"),
    },
    rates: {
      jobs: read("intake", "POST /webhook, 50 connections"),
      callbacks: read("callbacks", "first deliveries, applied"),
      filmsInSql: read("pipeline", "three-scene films, SQL alone"),
      filmsOverHttp: read("pipeline", "three-scene films, over HTTP"),
    },
    bell: {
      changes: read("bell_bursts", "status changes, all"),
      rings: read("bell_bursts", "rings that arrived"),
      mostQueued: read("bell_bursts", "rings queued in pg_net", (values) => Math.max(...values)),
    },
  };
  return isComplete ? inputs : null;
}

/** A line for each case: one that was measured again later stands beside figures of another commit. */
function showConditions(
  name: string,
  { at, commit, cores, processor, load_before }: Result["conditions"],
): string {
  return `- \`${name}\` was measured ${at} at ${commit}: ${cores} threads of ${processor}, ` +
    `load ${load_before} before.`;
}

/** @throws where the text has no place for it */
export function replaceBlock(text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) {
    throw new Error(`Cannot write ${name}: the text has no place for them`);
  }
  return `${text.slice(0, from)}${begin}\n\n${content}\n\n${text.slice(to)}`;
}
