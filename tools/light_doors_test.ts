import assert from "node:assert/strict";
import { findFunctions } from "../local/functions/find_functions.ts";
import { PROJECT_ROOT } from "./project_root.ts";

/** Packages that take longer to load than a door's own code. Named here, because none fails by itself. */
const HEAVY = ["@supabase/supabase-js", "@supabase/realtime-js", "@supabase/auth-js"];

for (const [name, entry] of await findFunctions(PROJECT_ROOT)) {
  Deno.test(`${name} loads none of the packages that would double its cold start`, async () => {
    const { success, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", "--no-lock", entry],
      cwd: PROJECT_ROOT,
      stderr: "null",
    }).output();
    assert(success);
    const graph: { npmPackages: Record<string, unknown> } = JSON.parse(
      new TextDecoder().decode(stdout),
    );

    const packages = Object.keys(graph.npmPackages);
    assert(packages.some((each) => each.startsWith("hono@")));
    assert.deepEqual(
      packages.filter((each) => HEAVY.some((heavy) => each.startsWith(`${heavy}@`))),
      [],
    );
  });
}
