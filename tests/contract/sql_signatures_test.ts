import assert from "node:assert/strict";
import { ProjectVerb } from "../../supabase/functions/_shared/management/films.ts";
import { testDatabase } from "../../local/postgres/testing.ts";

const FUNCTIONS = new URL("../../supabase/functions/", import.meta.url);

/** `db.call("name", { p_one: ..., p_two }, Answer);`: the name, and the text of the rest. */
const CALL = /\.call\(\s*["`]([a-z_${}]+)["`],([\s\S]*?)\);/g;

Deno.test("every wrapper's call names a SQL function and all its arguments", async () => {
  const source = (await readSources(FUNCTIONS)).filter((text) => text.includes(".call(")).join(
    "\n",
  );
  const written = [...source.matchAll(CALL)].map(([, name = "", args = ""]) => ({
    name,
    args: [...args.matchAll(/\b(p_[a-z_]+)\b/g)].map(([, arg = ""]) => arg),
  }));
  const calls = written.flatMap(({ name, args }) =>
    ProjectVerb.options.map((verb) => ({ name: name.replace("${verb}", verb), args }))
  );
  assert.equal(written.length, source.split(".call(").length - 1, "every call was read");
  assert(written.length >= 10);

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

/** The text of every file below a folder that is no test. */
async function readSources(folder: URL): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) found.push(...await readSources(new URL(`${name}/`, folder)));
    else if (/\.ts$/.test(name) && !/_test\.ts$/.test(name)) {
      found.push(await Deno.readTextFile(new URL(name, folder)));
    }
  }
  return found;
}
