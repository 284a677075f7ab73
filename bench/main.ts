import { main as measureDeliveries } from "./deliveries.ts";
import { main as measureDuplicates } from "./duplicates.ts";
import { main as measureFilms } from "./films.ts";
import { main as measureLatency } from "./latency.ts";
import { main as measurePgNet } from "./pg_net.ts";

/** Every measurement by its name; each prints its own table. */
const BENCHES: Record<string, { what: string; main: (args: string[]) => Promise<void> }> = {
  films: { what: "long films: 100 cuts, 30 chained scenes", main: measureFilms },
  latency: { what: "callback accepted to next provider request", main: measureLatency },
  duplicates: { what: "a callback again, beside its first delivery", main: measureDuplicates },
  deliveries: {
    what: "deliveries a second, and beside a dead endpoint",
    main: measureDeliveries,
  },
  pg_net: { what: "the pg_net stand-in beside the original's figures", main: measurePgNet },
};

const HELP = `deno task bench [name] [--help]

Measures and prints; without a name everything, one after the other.

${Object.entries(BENCHES).map(([name, { what }]) => `  ${name.padEnd(12)}${what}`).join("\n")}`;

async function main([name, ...rest]: string[]): Promise<number> {
  if (name === "--help" || name === "-h") {
    console.log(HELP);
    return 0;
  }
  if (name !== undefined && !(name in BENCHES)) {
    console.error(`Cannot measure "${name}": there is ${Object.keys(BENCHES).join(", ")}`);
    return 1;
  }
  for (const [each, { what, main }] of Object.entries(BENCHES)) {
    if (name !== undefined && name !== each) continue;
    console.log(`\n${each}: ${what}`);
    await main(rest);
  }
  return 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
