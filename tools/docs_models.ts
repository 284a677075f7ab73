import { join } from "node:path";
import { modelsPage } from "./docs/models.ts";
import { PROJECT_ROOT } from "./project_root.ts";
import { showHelp } from "./usage.ts";

const USAGE = `deno task docs:models

Writes docs/models.md from the models that Reelay knows.`;

if (import.meta.main) {
  showHelp(USAGE);
  await Deno.writeTextFile(join(PROJECT_ROOT, "docs/models.md"), modelsPage());
}
