import { join } from "node:path";
import { z } from "zod";
import { PROJECT_ROOT } from "../tools/project_root.ts";
import type { Outcome } from "./case.ts";
import { median, short } from "./figures.ts";
import { describe } from "./show_table.ts";

/** A file of bench/results. */
export const Result = z.object({
  name: z.string(),
  what: z.string(),
  conditions: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  series: z.array(z.object({
    name: z.string(),
    unit: z.string(),
    // JSON has no NaN.
    values: z.array(z.number().nullable().transform((value) => value ?? NaN)),
  })),
  targets: z.array(z.object({
    what: z.string(),
    value: z.number().nullable().transform((value) => value ?? NaN),
    wanted: z.union([z.object({ least: z.number() }), z.object({ most: z.number() })]),
    met: z.boolean(),
  })),
  notes: z.array(z.string()),
});
export type Result = z.infer<typeof Result>;

const BEGIN = "<!-- results -->";
const END = "<!-- end of results -->";

/**
 * Writes the results of these cases into bench/README.md, in this order. What was not measured here
 * keeps the table that it has.
 */
export async function writeReadme(
  names: readonly string[],
  folder = "bench/results",
): Promise<void> {
  const path = join(PROJECT_ROOT, "bench/README.md");
  const readme = await Deno.readTextFile(path);
  const sections: string[] = [];
  for (const name of names) {
    const result = join(PROJECT_ROOT, folder, `${name}.json`);
    const text = await Deno.readTextFile(result).catch(() => null);
    const section = text === null
      ? sectionOf(readme, name)
      : showSection(Result.parse(JSON.parse(text)));
    if (section !== null) sections.push(section);
  }
  await Deno.writeTextFile(path, replaceResults(readme, sections));
}

/** What stands there of a case; null where nothing does. */
export function sectionOf(text: string, name: string): string | null {
  const results = text.slice(text.indexOf(BEGIN), Math.max(text.indexOf(END), 0));
  const [, ...sections] = results.split(/^(?=### )/m);
  return sections.find((section) => section.startsWith(`### ${name}\n`))?.trim() ?? null;
}

/** @throws where the text has no place for results. */
export function replaceResults(text: string, sections: readonly string[]): string {
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 || to < from) {
    throw new Error("Cannot write results: the README has no place for them");
  }
  return `${text.slice(0, from)}${BEGIN}\n\n${sections.join("\n\n")}\n\n${text.slice(to)}`;
}

function showSection({ name, what, conditions, series, targets, notes }: Result): string {
  const outcome: Outcome = { series, targets };
  const rows = outcome.series.map(({ name, unit, values }) => {
    const range = `${short(Math.min(...values))} to ${short(Math.max(...values))}`;
    return `| ${name} | ${short(median(values))} ${unit} | ${values.length > 1 ? range : ""} |`;
  });
  return [
    `### ${name}`,
    `${what[0]?.toUpperCase()}${what.slice(1)}.`,
    ["| | median | range |", "|---|---|---|", ...rows].join("\n"),
    targets.map((target) => `- ${target.met ? "reached" : "**missed**"}: ${describe(target)}`)
      .join("\n"),
    notes.map((note) => `- ${note}`).join("\n"),
    Object.entries(conditions).map(([what, value]) => `${what} ${value}`).join(" · "),
  ].filter((part) => part !== "").join("\n\n");
}
