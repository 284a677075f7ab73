import { startDatabase } from "../local/stack_database.ts";
import { PROJECT_ROOT } from "../tools/project_root.ts";
import { DURABLE } from "./conditions.ts";
import { migratedData } from "./migrated_data.ts";

/** Nobody is there: what would be called is not. */
const NOBODY = { SUPABASE_URL: "http://127.0.0.1:1", PIPELINE_BELL_SECRET: "bench-bell-secret" };

/**
 * Postgres with durable commits, and the schema, in a folder that goes with it.
 *
 * @param settings besides those of every measurement
 */
export async function startDurable(
  env: Record<string, string> = {},
  settings: Record<string, string> = {},
) {
  return await startDatabase({
    root: PROJECT_ROOT,
    port: 0,
    dataDir: undefined,
    copyOf: await migratedData(),
    settings: { ...DURABLE, ...settings },
    env: { ...NOBODY, ...env },
    log: () => {},
  });
}
