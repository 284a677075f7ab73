import { checkUploads } from "./check_uploads.ts";
import { HOSTED_DENO, LOCAL_DENO } from "./deno_binary.ts";
import { PROJECT_ROOT } from "./project_root.ts";
import { readArguments } from "./usage.ts";
import { uploadFunctions } from "./upload_functions.ts";

const USAGE = `deno task deploy:check

Deploys every function with the real Supabase CLI to a stand-in of its API on this machine, then
type-checks what was uploaded, alone in an empty folder, on Deno ${HOSTED_DENO} and ${LOCAL_DENO}.
Exits 1 when a function would not run once deployed. Reads no login and touches no project.`;

if (import.meta.main) {
  readArguments(USAGE, {});
  Deno.exit(await deployCheck(PROJECT_ROOT) ? 0 : 1);
}

/** Prints one line for each function below `root`. */
async function deployCheck(root: string): Promise<boolean> {
  console.log("Deploying to a stand-in API with the Supabase CLI ...");
  const { uploads, warnings } = await uploadFunctions(root);
  for (const warning of warnings) console.log(`  ${warning}`);

  console.log(
    `Type-checking ${uploads.length} uploads on Deno ${HOSTED_DENO} and ${LOCAL_DENO} ...`,
  );
  const faults = await checkUploads(uploads, [HOSTED_DENO, LOCAL_DENO]);

  for (const { name, files } of uploads) {
    const wrong = faults.get(name) ?? [];
    const count = `${files.size} ${files.size === 1 ? "file" : "files"}`.padStart(9);
    console.log(`  ${name.padEnd(20)} ${count}  ${wrong.length === 0 ? "ok" : "BROKEN"}`);
    for (const fault of wrong) console.log(fault.replace(/^/gm, "      "));
  }
  if (uploads.length === 0) console.log("  No function was uploaded.");
  return uploads.length > 0 && uploads.every(({ name }) => faults.get(name)?.length === 0);
}
