import assert from "node:assert/strict";
import { testDatabase } from "../local/postgres/testing.ts";
import { compareCatalogs, readCatalog, readCatalogWithin } from "./catalog.ts";
import { describe } from "./drift.ts";

const SCHEMA = `create schema shop;
create table shop.films (
  film_id text not null,
  title text default 'untitled',
  constraint films_pkey primary key (film_id)
);
comment on table shop.films is 'Films.';
alter table shop.films enable row level security;
create policy readers on shop.films for select to authenticated using (true);
create index films_by_title on shop.films (title);
create view shop.titles as select films.title from shop.films;
create type shop.mood as enum ('calm', 'wild');
create sequence shop.takes;
create function shop.end_film() returns trigger language plpgsql set search_path = '' as $$
begin
  return new;
end;
$$;
create trigger end_film before update on shop.films
for each row execute function shop.end_film();
grant select on shop.films to authenticated;
`;

const DRIFTS: [what: string, statements: string, found: string | RegExp][] = [
  ["a row", "insert into shop.films (film_id) values ('1');", ""],
  ["a written-out default grant", "grant all on shop.films to postgres;", ""],
  ["a left-over table", "create table shop.old ();", /^table shop\.old: only in migrations$/m],
  [
    "a column's default",
    "alter table shop.films alter title set default 'x';",
    "column shop.films.title: differs\n    - default: 'x'::text\n    + default: 'untitled'::text",
  ],
  [
    "the order of columns",
    "alter table shop.films drop film_id, add film_id text not null, add constraint films_pkey " +
    "primary key (film_id);",
    "column shop.films.film_id: differs\n    - position: 2\n    + position: 1\n" +
    "column shop.films.title: differs\n    - position: 1\n    + position: 2",
  ],
  [
    "a column that may be null",
    "alter table shop.titles owner to postgres; alter table shop.films alter title set not null;",
    "column shop.films.title: differs\n    - not null: true\n    + not null: false",
  ],
  [
    "a constraint",
    "alter table shop.films add constraint named check (title <> '');",
    "constraint shop.films named: only in migrations",
  ],
  ["an index", "drop index shop.films_by_title;", "index shop.films_by_title: only in schemas"],
  [
    "a function's body",
    SCHEMA.slice(SCHEMA.indexOf("create function"), SCHEMA.indexOf("create trigger"))
      .replace("create function", "create or replace function").replace("return new", "return old"),
    "function shop.end_film(): differs\n    -   return old;\n    +   return new;",
  ],
  [
    "who may call a function",
    "revoke execute on function shop.end_film() from public;",
    /^ {4}- grants: (?!.*public=EXECUTE).*\n {4}\+ grants: .*public=EXECUTE/m,
  ],
  [
    "a trigger that is off",
    "alter table shop.films disable trigger end_film;",
    "trigger shop.films end_film: differs\n    - enabled: D\n    + enabled: O",
  ],
  [
    "a view's query",
    "create or replace view shop.titles as select films.film_id as title from shop.films;",
    /^table shop\.titles: differs$/m,
  ],
  [
    "a policy",
    "alter policy readers on shop.films using (title <> '');",
    /^policy shop\.films readers: differs$/m,
  ],
  [
    "row level security",
    "alter table shop.films disable row level security;",
    "table shop.films: differs\n    - row level security: false\n    + row level security: true",
  ],
  ["a grant", "grant insert on shop.films to authenticated;", /authenticated=INSERT\+SELECT/],
  [
    "a comment",
    "comment on table shop.films is 'Movies.';",
    "table shop.films: differs\n    - comment: Movies.\n    + comment: Films.",
  ],
  ["a type's labels", "alter type shop.mood add value 'sad';", /- labels: 'calm', 'wild', 'sad'/],
  ["a sequence", "alter sequence shop.takes increment 2;", /^sequence shop\.takes: differs$/m],
  [
    "default privileges",
    "alter default privileges in schema shop grant select on tables to pg_monitor;",
    /^default privileges postgres on r in shop: /m,
  ],
];

class Undo extends Error {}

Deno.test("two catalogs differ in what is not the same, and in nothing else", async (test) => {
  const { sql, close } = await testDatabase();
  try {
    await sql.unsafe(SCHEMA);
    const declared = await readCatalog(sql);
    for (const [what, statements, found] of DRIFTS) {
      await test.step(what, async () => {
        let drift = "";
        await sql.begin(async (transaction) => {
          await transaction.unsafe(statements);
          const changed = await readCatalogWithin(transaction);
          drift = compareCatalogs(changed, declared).map(describe).join("\n");
          throw new Undo();
        }).catch((error) => assert.ok(error instanceof Undo, error));

        if (typeof found === "string") assert.equal(drift, found);
        else assert.match(drift, found);
      });
    }
  } finally {
    await close();
  }
});
