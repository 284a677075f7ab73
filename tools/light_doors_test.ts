import assert from "node:assert/strict";
import { findFunctions } from "../local/functions/find_functions.ts";
import { PROJECT_ROOT } from "./project_root.ts";

/** Packages that take longer to load than a door's own code. Named here, because none fails by itself. */
const HEAVY = [
  "@supabase/supabase-js/",
  "@supabase/realtime-js/",
  "@supabase/auth-js/",
  // zod in forty languages: `import * as z` leaves them out, `import { z }` does not.
  "zod/v4/locales/de.js",
];

for (const [name, entry] of await findFunctions(PROJECT_ROOT)) {
  Deno.test(`${name} bundles nothing that would double its cold start`, async () => {
    const { success, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["bundle", "--quiet", "--platform", "deno", entry],
      cwd: PROJECT_ROOT,
      stderr: "null",
    }).output();
    assert(success);
    const files = [...new TextDecoder().decode(stdout).matchAll(/^\/\/ .*\/node_modules\/(.+)$/gm)]
      .map(([, file = ""]) => file);

    assert(files.some((file) => file.startsWith("hono/")));
    assert.deepEqual(files.filter((file) => HEAVY.some((heavy) => file.startsWith(heavy))), []);
  });
}
