import assert from "node:assert/strict";
import { z } from "zod";
import { PostgresConnection } from "../../local/gateway/postgres_connection.ts";
import { PostgresPool } from "../../local/gateway/postgres_pool.ts";
import { findRoutines } from "../../local/gateway/rpc_routine.ts";
import { testDatabase } from "../../local/postgres/testing.ts";

/**
 * Every call that the functions of the first release make, by name and argument names. They may be
 * running still when the newest schema is there, so that this list is never edited: a function that
 * takes other arguments takes them with defaults, one that is not needed any more stays.
 */
const Calls = z.array(z.object({ name: z.string(), args: z.array(z.string()) }));
const CALLS = Calls.parse(
  JSON.parse(Deno.readTextFileSync(new URL("first_release_calls.json", import.meta.url))),
);

Deno.test("every call of the first release finds its SQL function in the newest schema", async () => {
  await using database = await aDatabase();
  assert(CALLS.length >= 39);

  for (const { name, args } of CALLS) {
    const found = await database.sql`
      select
        coalesce(proargnames[1:pronargs], '{}') as all,
        coalesce(proargnames[1:pronargs - pronargdefaults], '{}') as required,
        has_function_privilege('service_role', oid, 'execute') as callable
      from pg_proc where pronamespace = 'public'::regnamespace and proname = ${name}`;

    assert.equal(found.length, 1, `public.${name} is there once`);
    const [{ all, required, callable } = {}] = found;
    assert.deepEqual(args.filter((arg) => !all.includes(arg)), [], `${name} takes no such`);
    assert.deepEqual(required.filter((arg: string) => !args.includes(arg)), [], `${name} needs it`);
    assert.equal(callable, true, `service_role may call ${name}`);
  }
});

Deno.test("the API leads every call of the first release to exactly one function", async () => {
  await using database = await aDatabase();
  const pool = new PostgresPool({
    open: () => PostgresConnection.open(database.url, { search_path: "public,extensions" }),
  });
  try {
    for (const { name, args } of CALLS) {
      const routines = await findRoutines(pool.run, name, args);
      assert.equal(routines.length, 1, `${name}(${args.join(", ")})`);
    }
  } finally {
    pool.close();
  }
});

async function aDatabase() {
  const database = await testDatabase();
  return { ...database, [Symbol.asyncDispose]: () => database.close() };
}
