import { join } from "node:path";
import { prepareData } from "../local/postgres/testing.ts";

let made: Promise<string> | null = null;

/**
 * The data directory of a stopped Postgres with all migrations applied, made when first asked for: every
 * case has a Postgres of its own, and to copy one costs half of what migrating it does. Goes with the process.
 */
export function migratedData(): Promise<string> {
  return made ??= make().catch((error) => {
    // The next case tries anew.
    made = null;
    throw error;
  });
}

async function make(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "reelay-bench-" });
  globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  // The database's user is another one, and has to reach its data.
  await Deno.chmod(folder, 0o711);
  const data = join(folder, "data");
  await prepareData(data);
  return data;
}
