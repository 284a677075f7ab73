import { join } from "node:path";
import { PROJECT_ROOT } from "../tools/project_root.ts";
import { isMet, type Outcome } from "./case.ts";
import type { Conditions } from "./conditions.ts";
import { drawChart } from "./draw_chart.ts";
import { median, thinOut } from "./figures.ts";

/**
 * Where results go.
 *
 * @throws where nothing can be written: to learn it after half an hour would be late
 */
export async function openResults(quick: boolean): Promise<string> {
  const folder = join(PROJECT_ROOT, "bench/results", quick ? "quick" : ".");
  await Deno.mkdir(folder, { recursive: true });
  await Deno.remove(await Deno.makeTempFile({ dir: folder }));
  return folder;
}

/** Writes `bench/results/<name>.json` and `.svg`; a quick run's go to `bench/results/quick/`. */
export async function saveResult(
  { name, what, quick, outcome, conditions }: {
    name: string;
    what: string;
    quick: boolean;
    outcome: Outcome;
    conditions: Conditions;
  },
): Promise<void> {
  const folder = await openResults(quick);
  const { series, targets = [], notes = [] } = outcome;
  const result = {
    name,
    what,
    conditions,
    series: series.map(({ name, unit, values }) => ({
      name,
      unit,
      values: thinOut(values),
      median: median(values),
    })),
    targets: targets.map((target) => ({ ...target, met: isMet(target) })),
    notes,
  };
  await Deno.writeTextFile(join(folder, `${name}.json`), JSON.stringify(result, null, 2) + "\n");
  await Deno.writeTextFile(join(folder, `${name}.svg`), drawChart(`${name}: ${what}`, series));
}
