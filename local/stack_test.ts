import { deepEqual, equal, match, notEqual, rejects } from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import { patiently } from "../chaos/patient_sql.ts";
import { startStack } from "./stack.ts";

const FREE = { apiPort: 0, dbPort: 0, shell: pick("PATH", "HOME", "DENO_DIR") };

function pick(...names: string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  }));
}

function connect({ env }: { env: Record<string, string> }) {
  const { default: key } = JSON.parse(env.SUPABASE_SECRET_KEYS ?? "{}");
  return createClient(env.SUPABASE_URL ?? "", key, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
  });
}

Deno.test("a stack answers at every door, calls SQL and stores films, beside another stack", async () => {
  await using stack = await startStack(FREE);
  await using other = await startStack(FREE);

  for (const name of stack.functions.names) {
    const response = await fetch(`${stack.apiUrl}/functions/v1/${name}`);
    // The operator's door lists callbacks there, to operators.
    const expected = name === "webhook-manage"
      ? [401, { error: "Invalid signature" }]
      : [200, { status: "ok", door: name }];
    deepEqual([response.status, await response.json()], expected);
  }
  const client = connect(stack);
  equal((await client.rpc("is_bell_deaf")).error, null);
  const { error } = await client.storage.from("films").upload("a.mp4", new Uint8Array(10), {
    contentType: "video/mp4",
  });
  equal(error, null);

  equal((await connect(other).storage.from("films").list()).data?.length, 0);
  notEqual(stack.env.SUPABASE_SECRET_KEYS, other.env.SUPABASE_SECRET_KEYS);
});

Deno.test("the database reaches the functions, and finds them again after its own restart", async () => {
  await using stack = await startStack(FREE);
  const { sql, cluster } = stack;

  const ask = async () => {
    const [row] = await sql`
      select net.http_get(decrypted_secret || '/pipeline-step') as id
      from vault.decrypted_secrets where name = 'reelay_functions_url'`;
    for (;;) {
      const [answer] =
        await sql`select status_code, content from net._http_response where id = ${row?.id}`;
      if (answer) return [answer.status_code, answer.content];
    }
  };
  const well = [200, '{"status":"ok","door":"pipeline-step"}'];
  deepEqual(await ask(), well);

  await cluster.restart();
  equal((await connect(stack).rpc("is_bell_deaf")).error, null);
  deepEqual(await ask(), well);
});

Deno.test("what was committed right before Postgres is killed is there after its start", async () => {
  await using stack = await startStack(FREE);
  const { sql, cluster } = stack;

  await sql`create table kept as select 1 as n`;
  await cluster.crash();
  await cluster.restart();

  deepEqual([...await patiently(sql, (sql) => sql`select n from kept`)], [{ n: 1 }]);
});

Deno.test("the functions see the simulator and the API that belong to them", async () => {
  await using stack = await startStack(FREE);
  const { env, fal } = stack;

  deepEqual([env.FAL_QUEUE_URL, env.FAL_API_URL, env.FAL_JWKS_URL], [
    fal.queueUrl,
    fal.apiUrl,
    fal.jwksUrl,
  ]);
  deepEqual([env.WEBHOOK_BASE_URL, env.ALLOW_PRIVATE_TARGETS], [
    `${stack.apiUrl}/functions/v1`,
    "1",
  ]);
  match(env.PIPELINE_BELL_SECRET ?? "", /^whsec_/);
});

Deno.test("a stack whose port is taken does not start, and leaves nothing running", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;

  await rejects(
    startStack({ ...FREE, apiPort: port }),
    new Error(`Cannot listen on port ${port}: another program is using it`),
  );
  await rejects(startStack({ ...FREE, dbPort: port }), /Cannot start Postgres/);
});
