import { join } from "node:path";
import { modelsPage } from "./docs/models.ts";
import { PROJECT_ROOT } from "./project_root.ts";
import { readArguments } from "./usage.ts";

const USAGE = `deno task docs:models

Writes docs/models.md from the models that Reelay knows.`;

if (import.meta.main) {
  readArguments(USAGE, {});
  await Deno.writeTextFile(join(PROJECT_ROOT, "docs/models.md"), modelsPage());
}
