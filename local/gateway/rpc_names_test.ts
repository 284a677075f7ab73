import { equal, match } from "node:assert/strict";
import { type GatewayScene, SECRET, withGateway } from "./gateway_fixture.ts";

async function given({ sql }: GatewayScene, functions: string): Promise<void> {
  await sql.unsafe(functions);
}

async function post(
  { gateway }: GatewayScene,
  name: string,
  body: string,
  headers: Record<string, string> = { apikey: SECRET },
): Promise<{ status: number; text: string }> {
  const response = await fetch(`${gateway.url}/rest/v1/rpc/${name}`, {
    method: "POST",
    headers,
    body,
  });
  return { status: response.status, text: await response.text() };
}

Deno.test("no key, a wrong key and a key's beginning are refused", async () => {
  await withGateway(async (scene) => {
    const attempts: Record<string, string>[] = [
      {},
      { apikey: "sb_secret_wrong" },
      { apikey: SECRET.slice(0, -1) },
      { authorization: "Bearer nothing" },
    ];
    for (const headers of attempts) equal((await post(scene, "who", "{}", headers)).status, 401);

    const bearer = await post(scene, "who", "{}", { authorization: `Bearer ${SECRET}` });
    equal(bearer.status, 404);
  });
});

Deno.test("a function that changes its signature is called anew at once", async () => {
  await withGateway(async (scene) => {
    await given(
      scene,
      "create function public.f(p text) returns text language sql as $$ select 'old' $$",
    );
    equal((await scene.client.rpc("f", { p: "1" })).data, "old");

    await given(
      scene,
      `drop function public.f(text);
      create function public.f(p int) returns int language sql as 'select p + 1'`,
    );
    equal((await scene.client.rpc("f", { p: "1" })).data, 2);

    await given(scene, "drop function public.f(int)");
    equal((await scene.client.rpc("f", { p: "1" })).error?.code, "PGRST202");
  });
});

Deno.test("only functions of schema public, under exactly their names, can be called", async () => {
  await withGateway(async (scene) => {
    await given(
      scene,
      `create function public.takes(p_a int) returns int language sql as 'select 1';
      create function public."odd""; name"() returns int language sql as 'select 5'`,
    );

    const unknown = await post(scene, "takes", '{"p_b":1,"p_a":2}');
    equal(unknown.status, 404);
    match(
      unknown.text,
      /Could not find the function public\.takes\(p_b, p_a\) in the schema cache/,
    );
    for (const name of ["takes", "pg_sleep", "public.takes", "TAKES", "nothing", "%00"]) {
      const { status } = await post(scene, name, "{}");
      equal(status === 404 || status === 400, true, `${name} was answered with ${status}`);
    }
    equal((await post(scene, encodeURIComponent('odd"; name'), "{}")).text, "5");
  });
});

Deno.test("what is no JSON object is refused, and an empty body has no arguments", async () => {
  await withGateway(async (scene) => {
    await given(scene, "create function public.one() returns int language sql as 'select 1'");

    for (const body of ["{", "[]", "1", "null", '"x"', "{}}"]) {
      const { status, text } = await post(scene, "one", body);
      equal(status, 400);
      match(text, /PGRST102/);
    }
    equal((await post(scene, "one", "")).text, "1");
  });
});
