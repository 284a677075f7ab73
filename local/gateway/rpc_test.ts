import { deepEqual, equal } from "node:assert/strict";
import { connect, type GatewayScene, PUBLISHABLE, withGateway } from "./gateway_fixture.ts";

async function given({ sql }: GatewayScene, functions: string): Promise<void> {
  await sql.unsafe(functions);
}

Deno.test("a call runs as the role that its key stands for, with the role in the claims", async () => {
  await withGateway(async (scene) => {
    await given(
      scene,
      `create function public.who() returns jsonb language sql as $$
      select jsonb_build_object('user', current_user, 'role', auth.role()) $$`,
    );

    const trusted = await scene.client.rpc("who");
    const anonymous = await connect(scene.gateway, PUBLISHABLE).rpc("who");

    deepEqual(trusted.data, { user: "service_role", role: "service_role" });
    deepEqual(anonymous.data, { user: "anon", role: "anon" });
  });
});

Deno.test("calls with different keys run as their own roles on one connection", async () => {
  await withGateway(async (scene) => {
    await given(
      scene,
      "create function public.me() returns name language sql as 'select current_user'",
    );
    const anonymous = connect(scene.gateway, PUBLISHABLE);

    const seen = [];
    for (const client of [scene.client, anonymous, scene.client, anonymous]) {
      seen.push((await client.rpc("me")).data);
    }

    deepEqual(seen, ["service_role", "anon", "service_role", "anon"]);
  }, { poolSize: 1 });
});

Deno.test("results take PostgREST's form: scalar, json, set, row, table, nothing", async () => {
  await withGateway(async (scene) => {
    await given(
      scene,
      `create type public.pair as (a int, b text);
      create function public.r_text() returns text language sql as $$ select 'x"y' $$;
      create function public.r_null() returns int language sql as 'select null::int';
      create function public.r_json() returns jsonb language sql as $$ select '{"a": [1, null]}'::jsonb $$;
      create function public.r_set() returns setof int language sql as 'select generate_series(1, 3)';
      create function public.r_none() returns setof int language sql as 'select 1 where false';
      create function public.r_row() returns public.pair language sql as $$ select 1, 'b' $$;
      create function public.r_out(out one int) language sql as 'select 1';
      create function public.r_table() returns table (id int) language sql as 'select 1 union select 2';
      create function public.r_void() returns void language plpgsql as 'begin end';`,
    );

    const answers = new Map<string, unknown>();
    for (const name of ["text", "null", "json", "set", "none", "row", "out", "table", "void"]) {
      const { data, error, status } = await scene.client.rpc(`r_${name}`);
      equal(error, null);
      answers.set(name, name === "void" ? [status, data] : data);
    }

    deepEqual(Object.fromEntries(answers), {
      text: 'x"y',
      null: null,
      json: { a: [1, null] },
      set: [1, 2, 3],
      none: [],
      row: { a: 1, b: "b" },
      out: { one: 1 },
      table: [{ id: 1 }, { id: 2 }],
      void: [204, null],
    });
  });
});

Deno.test("arguments keep their types, and those left out keep their defaults", async () => {
  await withGateway(async (scene) => {
    await given(
      scene,
      `create function public.args(
        p_text text, p_json jsonb, p_list text[], p_flag boolean, p_time timestamptz, p_n int default 7
      ) returns jsonb language sql as $$
        select jsonb_build_array(p_text, p_json, p_list, p_flag, extract(epoch from p_time), p_n) $$`,
    );

    const args = {
      p_text: 'ünï\'\\ "q" $1',
      p_json: "a string",
      p_list: ["a", 'b,"c'],
      p_flag: null,
      p_time: "1970-01-01T00:00:05Z",
    };
    const { data } = await scene.client.rpc("args", args);

    deepEqual(data, [args.p_text, "a string", ["a", 'b,"c'], null, 5, 7]);
    deepEqual((await scene.client.rpc("args", { ...args, p_n: 8 })).data[5], 8);
  });
});

Deno.test("a body and an answer of megabytes pass unchanged", async () => {
  await withGateway(async (scene) => {
    await given(
      scene,
      "create function public.echo(p jsonb) returns jsonb language sql as 'select p'",
    );
    const long = "abcdefghijklmnop".repeat(200_000);

    const { data } = await scene.client.rpc("echo", { p: { long } });

    equal(data.long === long, true);
  });
});

Deno.test("concurrent calls get their own answers", async () => {
  await withGateway(async (scene) => {
    await given(
      scene,
      `create function public.slow_echo(p int) returns int language plpgsql as $$
      begin perform pg_sleep(random() * 0.01); return p; end $$`,
    );
    const numbers = Array.from({ length: 60 }, (_, index) => index);

    const answers = await Promise.all(
      numbers.map(async (p) => (await scene.client.rpc("slow_echo", { p })).data),
    );

    deepEqual(answers, numbers);
  });
});
