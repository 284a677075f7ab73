import { deepEqual } from "node:assert/strict";
import { splitStatements } from "./split_statements.ts";

/** What `supabase db push` 3.1.0 wrote into its table for the first text. */
Deno.test("a file is split as the Supabase CLI splits it", () => {
  deepEqual(
    splitStatements(`-- header comment

create table public.a (id int); -- trailing
/* block; comment */
create function public.f() returns text language plpgsql as $$
begin
  -- it's; fine
  return 'x;y';
end;
$$;

insert into public.a values (1) ;
create function public.g() returns int language sql begin atomic select 1; select 2; end;
select 'a''b;c', "id" from public.a
;
-- last comment
`),
    [
      "-- header comment\n\ncreate table public.a (id int)",
      "-- trailing\n/* block; comment */\ncreate function public.f() returns text " +
      "language plpgsql as $$\nbegin\n  -- it's; fine\n  return 'x;y';\nend;\n$$",
      "insert into public.a values (1)",
      "create function public.g() returns int language sql begin atomic select 1; select 2; end",
      "select 'a''b;c', \"id\" from public.a",
      "-- last comment",
    ],
  );
});

Deno.test("quotes, tags and case expressions hide their semicolons", () => {
  deepEqual(splitStatements(`select e'\\';'; select $a$ ; $b$ ; $a$; select ";"`), [
    `select e'\\';'`,
    "select $a$ ; $b$ ; $a$",
    `select ";"`,
  ]);
  deepEqual(
    splitStatements("create function f() begin atomic select case when true then 1 end; end; x"),
    ["create function f() begin atomic select case when true then 1 end; end", "x"],
  );
});

Deno.test("nothing but white space has no statements", () => {
  deepEqual(splitStatements(" \n;\n;"), []);
});
