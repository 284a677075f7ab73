import assert from "node:assert/strict";
import { freeze, type FreezeRequest } from "./freeze.ts";
import type { SqlFile } from "./sql_files.ts";

const TABLE: SqlFile = {
  path: "supabase/schemas/0100_films.sql",
  text: "create table public.films (film_id text primary key);\n",
};
const FUNCTION: SqlFile = {
  path: "supabase/schemas/0200_function_end_film.sql",
  text:
    "create or replace function public.end_film() returns void language sql as $$ select 1 $$;\n",
};

function request(over: Partial<FreezeRequest> = {}): FreezeRequest {
  return {
    name: "add_films",
    now: new Date("2026-03-04T05:06:07.890Z"),
    schemas: [FUNCTION, TABLE],
    migrations: [],
    ...over,
  };
}

/** The schema of `request()` as one shipped migration. */
function shipped(): SqlFile[] {
  return [freeze(request())];
}

Deno.test("freeze() copies new files in the order of their names, between marks", () => {
  const frozen = freeze(request());

  assert.equal(frozen.path, "supabase/migrations/20260304050607_add_films.sql");
  assert.equal(
    frozen.text,
    `--! included ${TABLE.path}\n${TABLE.text}--! end included\n\n` +
      `--! included ${FUNCTION.path}\n${FUNCTION.text}--! end included\n`,
  );
});

Deno.test("freeze() takes only what changed since its last frozen copy", () => {
  const changed = { ...FUNCTION, text: FUNCTION.text.replace("select 1", "select 2") };

  const frozen = freeze(request({ schemas: [TABLE, changed], migrations: shipped() }));

  assert.deepEqual(frozen.included, [FUNCTION.path]);
  assert.match(frozen.text, /select 2/);
});

Deno.test("freeze() compares with the last of several frozen copies", () => {
  const changed = { ...FUNCTION, text: FUNCTION.text.replace("select 1", "select 2") };
  const migrations = shipped();
  migrations.push(freeze(request({ schemas: [TABLE, changed], migrations })));

  const back = freeze(request({ schemas: [TABLE, FUNCTION], migrations }));

  assert.deepEqual(back.included, [FUNCTION.path]);
  assert.throws(() => freeze(request({ schemas: [TABLE, changed], migrations })), /no schema file/);
});

Deno.test("freeze() refuses when nothing changed", () => {
  assert.throws(() => freeze(request({ migrations: shipped() })), /no schema file changed/);
});

Deno.test("freeze() writes hand-written statements alone when no file changed", () => {
  const frozen = freeze(request({ migrations: shipped(), below: "insert into t values (1);\n" }));

  assert.equal(frozen.text, "insert into t values (1);\n");
});

Deno.test("freeze() puts hand-written statements above and below the copies", () => {
  const frozen = freeze(request({ above: "drop function f();", below: "select cron.schedule();" }));

  assert.match(frozen.text, /^drop function f\(\);\n\n--! included/);
  assert.match(frozen.text, /--! end included\n\nselect cron\.schedule\(\);\n$/);
});

Deno.test("freeze() refuses names that are no lower-case words", () => {
  for (const name of ["", "Add", "add-films", "1_film", "../films", "add films"]) {
    assert.throws(() => freeze(request({ name })), /lower-case words/, name);
  }
});

Deno.test("freeze() refuses to create a shipped table twice", () => {
  const changed = { ...TABLE, text: TABLE.text.replace(")", ", title text)") };

  assert.throws(
    () => freeze(request({ schemas: [changed, FUNCTION], migrations: shipped() })),
    /0100_films\.sql: it was shipped/,
  );
});

Deno.test("freeze() notes a shipped table as altered, once, when statements come above", () => {
  const changed = { ...TABLE, text: TABLE.text.replace(")", ", title text)") };
  const schemas = [changed, FUNCTION];
  const migrations = shipped();

  const frozen = freeze(request({ schemas, migrations, above: "alter table public.films ...;" }));
  migrations.push(frozen);

  assert.deepEqual([frozen.included, frozen.altered], [[], [TABLE.path]]);
  assert.throws(() => freeze(request({ schemas, migrations })), /no schema file changed/);
});

Deno.test("freeze() freezes a named file whole, changed or not, and refuses an unknown one", () => {
  const frozen = freeze(request({ migrations: shipped(), only: [TABLE.path] }));

  assert.deepEqual(frozen.included, [TABLE.path]);
  assert.throws(() => freeze(request({ only: ["supabase/schemas/x.sql"] })), /no such schema file/);
});

Deno.test("freeze() names a migration later than the newest one, whatever the clock says", () => {
  const migrations = [{ path: "supabase/migrations/20260304235959_last.sql", text: "" }];

  const frozen = freeze(request({ migrations }));

  assert.equal(frozen.path, "supabase/migrations/20260305000000_add_films.sql");
});

Deno.test("freeze() refuses a schema file that holds a mark of its own", () => {
  const odd = { ...FUNCTION, text: `--! end included\n${FUNCTION.text}` };

  assert.throws(() => freeze(request({ schemas: [odd] })), /it has a line with "--! "/);
});

Deno.test("freeze() leaves out a file of comments alone", () => {
  const overview = { path: "supabase/schemas/0000_overview.sql", text: "-- How it fits\n\n" };

  const frozen = freeze(request({ schemas: [overview, TABLE] }));

  assert.deepEqual(frozen.included, [TABLE.path]);
});
