import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder that holds `supabase/`, wherever a tool was started. */
export const PROJECT_ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
