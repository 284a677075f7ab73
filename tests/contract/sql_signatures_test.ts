import assert from "node:assert/strict";
import { testDatabase } from "../../local/postgres/testing.ts";

const WRAPPERS = new URL("../../supabase/functions/_shared/transitions.ts", import.meta.url);

/** `db.call("name", { p_one: ..., p_two }, Answer)`: the name, and the text of the arguments. */
const CALL = /\.call\(\s*"([a-z_]+)",\s*\{([\s\S]*?)\},\s*[A-Za-z]/g;

Deno.test("every call in transitions.ts names a SQL function and all its arguments", async () => {
  const source = await Deno.readTextFile(WRAPPERS);
  const calls = [...source.matchAll(CALL)].map(([, name = "", args = ""]) => ({
    name,
    args: [...args.matchAll(/\b(p_[a-z_]+)\b/g)].map(([, arg = ""]) => arg),
  }));
  assert.equal(calls.length, source.split(".call(").length - 1, "every call was read");
  assert(calls.length >= 10);

  const database = await testDatabase();
  try {
    for (const { name, args } of calls) {
      const found = await database.sql`
        select coalesce(proargnames, '{}') as names, pronargdefaults as optional,
          pg_get_function_arguments(oid) as signature,
          has_function_privilege('service_role', oid, 'execute') as callable
        from pg_proc where pronamespace = 'public'::regnamespace and proname = ${name}`;

      assert.equal(found.length, 1, `public.${name} is there once: PostgREST refuses overloads`);
      const [{ names, optional, signature, callable } = {}] = found;
      const required = names.slice(0, names.length - optional);
      const said = `${name}(${signature}) called with ${args.join(", ")}`;
      assert.deepEqual(args.filter((arg) => !names.includes(arg)), [], said);
      assert.deepEqual(required.filter((arg: string) => !args.includes(arg)), [], said);
      assert.equal(callable, true, `service_role may call ${name}`);
    }
  } finally {
    await database.close();
  }
});
