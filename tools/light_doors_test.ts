import assert from "node:assert/strict";
import { findFunctions } from "../local/functions/find_functions.ts";
import { PROJECT_ROOT } from "./project_root.ts";

/** Packages that take longer to load than a door's own code. Named here, because none fails by itself. */
const HEAVY = ["@supabase/supabase-js", "@supabase/realtime-js", "@supabase/auth-js"];
/** zod in forty languages: `import * as z` leaves them out of a bundle, `import { z }` does not. */
const LANGUAGES = "zod/v4/locales/de.js";

for (const [name, entry] of await findFunctions(PROJECT_ROOT)) {
  Deno.test(`${name} loads none of the packages that would double its cold start`, async () => {
    const graph: { npmPackages: Record<string, unknown> } = JSON.parse(
      await told(["info", "--json", "--no-lock", entry]),
    );
    const packages = Object.keys(graph.npmPackages);

    assert(packages.some((each) => each.startsWith("hono@")));
    const heavy = packages.filter((each) => HEAVY.some((name) => each.startsWith(`${name}@`)));
    assert.deepEqual(heavy, []);
  });

  Deno.test(`${name} bundles zod without its languages`, async () => {
    const bundle = await told(["bundle", "--quiet", "--platform", "deno", entry]);

    assert(bundle.includes("/node_modules/zod/"));
    assert(!bundle.includes(`/node_modules/${LANGUAGES}`));
  });
}

async function told(args: string[]): Promise<string> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: PROJECT_ROOT,
    stderr: "null",
  }).output();
  assert(success);
  return new TextDecoder().decode(stdout);
}
