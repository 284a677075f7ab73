import { parseArgs } from "node:util";
import { readWhole } from "../tools/read_whole.ts";

/**
 * A case's own options, each `--<name> N` with a whole number above 0; what was not given is missing.
 *
 * @throws where one is unknown or no such number: NaN would be measured without a word
 */
export function readOptions(
  args: readonly string[],
  names: readonly string[] = [],
): Record<string, number> {
  const options = Object.fromEntries(names.map((name) => [name, { type: "string" } as const]));
  const { values } = parseArgs({ args: [...args], options });
  return Object.fromEntries(
    Object.entries(values).map(([name, text]) => [name, readWhole(`--${name}`, `${text}`)]),
  );
}
