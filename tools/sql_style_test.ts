import assert from "node:assert/strict";
import { checkSqlStyle } from "./sql_style.ts";

const PATH = "supabase/schemas/0200_function_end_film.sql";
const GOOD = `-- End film: stitching → completed. It's SAFE to call twice.
create or replace function public.end_film(p_film_id text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  -- A film that's away isn't here
  update public.films set status = 'COMPLETED' where films.film_id = p_film_id;
end;
$$;

comment on function public.end_film(text) is 'Ends a FILM. Called by the runner.';

revoke execute on function public.end_film(text) from public, anon, authenticated;
`;

function faultsOf(text: string, path = PATH): string[] {
  return checkSqlStyle({ path, text }, path.includes("migrations") ? "migration" : "schema")
    .map(({ line, message }) => `${line}: ${message}`);
}

/** The good function with another body. */
function withBody(body: string): string {
  return GOOD.replace(/^ +update .*\n/m, body);
}

Deno.test("a function that keeps every rule has no fault", () => {
  assert.deepEqual(faultsOf(GOOD), []);
});

Deno.test("an upper-case word is a fault, also between dollar quotes", () => {
  assert.deepEqual(faultsOf(GOOD.replace("update public", "UPDATE public")), [
    '11: "UPDATE" is not lower-case',
  ]);
});

Deno.test("upper case in strings, names in quotes and comments is no fault", () => {
  const text = withBody(
    `  perform e'O\\'Neil' || '-- NO ''comment''', "Quoted"; /* WHY\n NOT */\n`,
  );

  assert.deepEqual(faultsOf(text), []);
});

Deno.test("a function without an empty search path is a fault", () => {
  const missing = ["2: public.end_film: no set search_path = ''"];

  assert.deepEqual(faultsOf(GOOD.replace("set search_path = ''\n", "")), missing);
  assert.deepEqual(faultsOf(GOOD.replace("search_path = ''", "search_path = 'public'")), missing);
});

Deno.test("a search path that is set in the body alone is a fault", () => {
  const text = GOOD.replace("set search_path = ''\n", "")
    .replace("begin\n", "begin\n  set search_path = '';\n");

  assert.deepEqual(faultsOf(text), ["2: public.end_film: no set search_path = ''"]);
});

Deno.test("a function that does not state volatility and security is a fault", () => {
  assert.deepEqual(faultsOf(GOOD.replace("volatile\n", "")), ["2: public.end_film: no volatility"]);
  assert.deepEqual(faultsOf(GOOD.replace("security definer\n", "")), [
    "2: public.end_film: no security",
  ]);
});

Deno.test("a function without a comment is a fault", () => {
  assert.deepEqual(faultsOf(GOOD.replace(/comment on .*\n/, "")), [
    "2: public.end_film: no comment on function",
  ]);
});

Deno.test("a function that is not revoked from each of the three roles is a fault", () => {
  const fault = [
    "2: public.end_film: no revoke execute on function ... from public, anon, authenticated",
  ];

  assert.deepEqual(faultsOf(GOOD.replace(/revoke .*\n/, "")), fault);
  assert.deepEqual(faultsOf(GOOD.replace("public, anon, authenticated", "public, anon")), fault);
  assert.deepEqual(faultsOf(GOOD.replace("revoke execute", "-- revoke execute")), fault);
});

Deno.test("a schema file that is not named after its function is a fault", () => {
  assert.deepEqual(faultsOf(GOOD, "supabase/schemas/0200_function_end.sql"), [
    '1: it is named after one function "end" and creates end_film',
  ]);
});

Deno.test("a schema file with two functions is a fault", () => {
  const [fault] = faultsOf(GOOD + GOOD.replaceAll("end_film", "start_film"));

  assert.equal(
    fault,
    '1: it is named after one function "end_film" and creates end_film, start_film',
  );
});

Deno.test("a trigger's file is named after its function: its table and its task", () => {
  const of = (name: string) => GOOD.replaceAll("end_film", name).replace("(p_film_id text)", "()");
  const path = "supabase/schemas/0400_trigger_films_ring.sql";

  assert.deepEqual(faultsOf(of("tg_films__ring"), path), []);
  assert.deepEqual(faultsOf(of("tg__touch"), "supabase/schemas/0400_trigger_touch.sql"), []);
  assert.deepEqual(faultsOf(of("tg_films__touch"), path), [
    '1: it is named after one trigger "films_ring" and creates tg_films__touch',
  ]);
});

Deno.test("a migration holds many functions and has a timestamp for a name", () => {
  const text = GOOD + GOOD.replaceAll("end_film", "start_film");

  assert.deepEqual(faultsOf(text, "supabase/migrations/20260102030405_add.sql"), []);
  assert.deepEqual(faultsOf(text, "supabase/migrations/001_add.sql"), [
    "1: its name is not <UTC timestamp>_<lower_case_words>.sql",
  ]);
});

Deno.test("a function of public whose comment does not say who calls it is a fault", () => {
  const silent = ['15: public.end_film: its comment does not say who calls it ("Called by ...")'];
  const text = GOOD.replace(" Called by the runner.", "");

  assert.deepEqual(faultsOf(text), silent);
  assert.deepEqual(faultsOf(text.replace("a FILM.", "a FILM; it''s late.")), silent);
  assert.deepEqual(faultsOf(text.replaceAll("public.end_film", "private.end_film")), []);
  assert.deepEqual(faultsOf(text, "supabase/migrations/20260102030405_end_film.sql"), []);
});

Deno.test("a table without a comment is a fault", () => {
  const table = "create table public.films (film_id text);\n";
  const path = "supabase/schemas/0100_table_films.sql";

  assert.deepEqual(faultsOf(table, path), ["1: public.films: no comment on table"]);
  assert.deepEqual(faultsOf(`${table}comment on table public.films is 'Films.';`, path), []);
});

Deno.test("a banner comment is a fault", () => {
  assert.deepEqual(faultsOf(`-- ======\n${GOOD}`), ["1: a banner comment: let names do that"]);
  assert.deepEqual(faultsOf(`/*****\n*/\n${GOOD}`), ["1: a banner comment: let names do that"]);
});

Deno.test("a select in a chain that nobody reads is a fault: Postgres never runs it", () => {
  const text = withBody(`
  with done as (update public.films set a = 1 returning films.film_id),
  rung as (select net.ring(done.film_id) from done)
  select count(*) into v_count from done;
`);

  assert.deepEqual(faultsOf(text), ['13: "rung" is never read, so never run']);
});

Deno.test("a change in a chain that nobody reads is no fault: Postgres runs it", () => {
  const text = withBody(`
  with done as (update public.films set a = 1 returning films.film_id),
  told as (insert into public.events (film_id) select done.film_id from done)
  select count(*) into v_count from done;
`);

  assert.deepEqual(faultsOf(text), []);
});

Deno.test("select into rows of a chain that changes some is a fault: it stops at the first", () => {
  const text = withBody(`
  with done as (update public.films set a = 1 returning films.film_id)
  select private.tell(done.film_id) into v_told from done;
`);

  assert.deepEqual(faultsOf(text), [
    "12: select into over a chain that changes rows: use returning",
  ]);
});
