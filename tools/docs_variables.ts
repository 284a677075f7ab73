import { join } from "node:path";
import { variablesPage } from "./docs/variables.ts";
import { PROJECT_ROOT } from "./project_root.ts";
import { readArguments } from "./usage.ts";

const USAGE = `deno task docs:variables

Writes docs/variables.md from .env.example.`;

if (import.meta.main) {
  readArguments(USAGE, {});
  const example = await Deno.readTextFile(join(PROJECT_ROOT, ".env.example"));
  await Deno.writeTextFile(join(PROJECT_ROOT, "docs/variables.md"), variablesPage(example));
}
