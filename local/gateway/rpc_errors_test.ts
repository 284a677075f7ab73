import { deepEqual, equal } from "node:assert/strict";
import { statusOf } from "./rpc_errors.ts";
import { connect, PUBLISHABLE, withGateway } from "./gateway_fixture.ts";

Deno.test("SQLSTATEs become the HTTP statuses of PostgREST's table", () => {
  const table: Record<string, number> = {
    "08006": 503,
    "22P02": 400,
    "22P05": 400,
    "23502": 400,
    "23503": 409,
    "23505": 409,
    "25006": 405,
    "25001": 500,
    "28000": 403,
    "40001": 500,
    "40P01": 500,
    "42883": 404,
    "42P01": 404,
    "42P17": 500,
    "42601": 400,
    "53300": 503,
    "53400": 500,
    "54001": 500,
    "55P03": 500,
    "57014": 500,
    "57P01": 503,
    "P0001": 400,
    "P0002": 500,
    "PT402": 402,
    "PTxyz": 500,
    "XX000": 500,
    "RL404": 400,
  };

  const found = Object.keys(table).map((code) => [code, statusOf(code, { isAnonymous: false })]);

  deepEqual(Object.fromEntries(found), table);
});

Deno.test("a missing privilege is 403 to who has shown a key of his own, else 401", () => {
  equal(statusOf("42501", { isAnonymous: false }), 403);
  equal(statusOf("42501", { isAnonymous: true }), 401);
});

Deno.test("an error carries Postgres's code, message, detail and hint", async () => {
  await withGateway(async ({ sql, client }) => {
    await sql.unsafe(`create function public.fail() returns int language plpgsql as $$
      begin raise exception 'Payment required' using errcode = 'PT402', detail = 'd', hint = 'h'; end $$`);

    const { error, status } = await client.rpc("fail");

    equal(status, 402);
    deepEqual({ ...error }, {
      code: "PT402",
      message: "Payment required",
      details: "d",
      hint: "h",
    });
  });
});

Deno.test("a failed call leaves nothing behind, and the connection works on", async () => {
  await withGateway(async ({ sql, client }) => {
    await sql.unsafe(`create table public.notes (id int primary key deferrable initially deferred);
      grant all on public.notes to service_role;
      create function public.add_note(p_id int, p_fail boolean) returns void language plpgsql as $$
      begin
        insert into public.notes values (p_id);
        if p_fail then raise exception 'No'; end if;
      end $$`);

    equal((await client.rpc("add_note", { p_id: 1, p_fail: true })).status, 400);
    equal((await client.rpc("add_note", { p_id: 2, p_fail: false })).status, 204);
    // The constraint is deferred: it fails in the commit, after the function has answered.
    equal((await client.rpc("add_note", { p_id: 2, p_fail: false })).error?.code, "23505");

    deepEqual((await sql`select id from public.notes`).map(({ id }) => id), [2]);
  }, { poolSize: 1 });
});

Deno.test("an anonymous call of a function that it may not execute is 401", async () => {
  await withGateway(async ({ sql, client, gateway }) => {
    await sql.unsafe(`create function public.secret() returns int language sql as 'select 1';
      revoke execute on function public.secret from public, anon;
      grant execute on function public.secret to service_role`);

    equal((await client.rpc("secret")).data, 1);
    const { status, error } = await connect(gateway, PUBLISHABLE).rpc("secret");
    deepEqual([status, error?.code], [401, "42501"]);
  });
});

Deno.test("what fails inside a function is tried once", async () => {
  await withGateway(async ({ sql, client }) => {
    await sql.unsafe(`create sequence public.tries;
      grant all on sequence public.tries to service_role;
      create function public.calls_nothing() returns int language plpgsql as $$
      begin perform nextval('public.tries'); perform public.nothing_here(); return 1; end $$`);

    equal((await client.rpc("calls_nothing")).error?.code, "42883");
    equal((await client.rpc("calls_nothing")).error?.code, "42883");

    equal((await sql`select last_value from public.tries`)[0]?.last_value, "2");
  });
});
