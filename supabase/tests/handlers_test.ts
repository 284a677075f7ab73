import assert from "node:assert/strict";
import { onDatabase } from "./given.ts";

Deno.test(
  "handlers: no role of the API can use the schema, or write to it",
  onDatabase(async ({ sql }) => {
    const open = await sql`
      select role, may from unnest(array['anon', 'authenticated', 'service_role', 'authenticator']) as role,
        unnest(array['usage', 'create']) as may
      where has_schema_privilege(role, 'handlers', may)`;

    assert.deepEqual([...open], []);
  }),
);
