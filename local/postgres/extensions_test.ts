import { deepEqual, equal, match, rejects } from "node:assert/strict";
import postgres, { type Sql } from "postgres";
import { type Cluster, startCluster } from "./cluster.ts";
import { setVaultSecret } from "./migrations.ts";

let cluster: Cluster;
let sql: Sql;
Deno.test.beforeAll(async () => {
  cluster = await startCluster({ port: 0, settings: { fsync: "off" } });
  sql = postgres(cluster.url, { max: 2, onnotice: () => {} });
  await sql`create extension if not exists pg_net with schema extensions`;
  await sql`create extension if not exists pg_cron with schema pg_catalog`;
});
Deno.test.afterAll(async () => {
  await sql.end();
  await cluster.stop();
});

/** Runs as that role, in a transaction that is rolled back. */
async function as<T>(role: string, use: (sql: postgres.TransactionSql) => Promise<T>): Promise<T> {
  let result: { value: T } | undefined;
  await sql.begin(async (transaction) => {
    await transaction.unsafe(`set local role ${role}`);
    result = { value: await use(transaction) };
    throw new Error("roll back");
  }).catch((error) => {
    if (result === undefined) throw error;
  });
  if (result === undefined) throw new Error("Cannot tell the result: there is none");
  return result.value;
}

async function signature(name: string): Promise<string[]> {
  const rows = await sql<{ text: string }[]>`
    select pg_get_function_arguments(oid) || ' -> ' || pg_get_function_result(oid) as text
    from pg_proc where oid::regproc::text = ${name} or oid::regprocedure::text like ${`${name}(%`}
    order by 1`;
  return rows.map(({ text }) => text);
}

Deno.test("pg_net has the original's signatures and defaults", async () => {
  deepEqual(await signature("net.http_post"), [
    "url text, body jsonb DEFAULT '{}'::jsonb, params jsonb DEFAULT '{}'::jsonb, " +
    `headers jsonb DEFAULT '{"Content-Type": "application/json"}'::jsonb, ` +
    "timeout_milliseconds integer DEFAULT 5000 -> bigint",
  ]);
  deepEqual(await signature("net.http_get"), [
    "url text, params jsonb DEFAULT '{}'::jsonb, headers jsonb DEFAULT '{}'::jsonb, " +
    "timeout_milliseconds integer DEFAULT 5000 -> bigint",
  ]);
  deepEqual(await signature("net.http_delete"), [
    "url text, params jsonb DEFAULT '{}'::jsonb, headers jsonb DEFAULT '{}'::jsonb, " +
    "timeout_milliseconds integer DEFAULT 5000, body jsonb DEFAULT NULL::jsonb -> bigint",
  ]);
  const [version] = await sql`select extversion from pg_extension where extname = 'pg_net'`;
  equal(version?.extversion, "0.20.4");
});

Deno.test("pg_net's tables are unlogged", async () => {
  const rows = await sql`
    select relname, relpersistence from pg_class
    where relnamespace = 'net'::regnamespace and relkind = 'r' order by 1`;

  deepEqual(rows.map((row) => ({ ...row })), [
    { relname: "_http_response", relpersistence: "u" },
    { relname: "http_request_queue", relpersistence: "u" },
  ]);
});

Deno.test("http_post raises for a null url, another content type, and what is no http url", async () => {
  await rejects(() => sql`select net.http_post(null)`, { code: "23502" });
  await rejects(
    () => sql`select net.http_post('http://a', headers := '{"content-type":"text/plain"}')`,
    /Content-Type header must be "application\/json"/,
  );
  for (const url of ["a", "http://", "ftp://a/", "http://a b/"]) {
    await rejects(() => sql`select net.http_post(${url})`, { code: "P0001" }, url);
  }
});

Deno.test("params are percent-encoded and appended, before a fragment and after a query", async () => {
  await sql`
    select net.http_get('http://a', '{"q": "ä &~"}'), net.http_get('http://a/b?x=1#f', '{"y": "2"}')`;

  deepEqual(
    (await sql`delete from net.http_request_queue returning url`).map(({ url }) => url),
    ["http://a/?q=%C3%A4%20%26~", "http://a/b?x=1&y=2#f"],
  );
});

Deno.test("anon may call http_post, as on Supabase", async () => {
  match(
    String(await as("anon", (sql) => sql`select net.http_post('http://a')`.then(() => 1))),
    /1/,
  );
});

Deno.test("cron.schedule with a name that exists overwrites", async () => {
  const [first] = await sql`select cron.schedule('same', '5 seconds', 'select 1') as id`;
  const [second] = await sql`select cron.schedule('same', '* * * * *', 'select 2') as id`;

  equal(first?.id, second?.id);
  deepEqual(
    [...await sql`select schedule, command, username, active from cron.job where jobname = 'same'`],
    [{ schedule: "* * * * *", command: "select 2", username: "postgres", active: true }],
  );
  await sql`select cron.unschedule('same')`;
});

Deno.test("cron refuses what is no schedule, and jobs it does not know", async () => {
  for (const schedule of ["60 seconds", "* * * *", "99 * * * *", "every day"]) {
    await rejects(
      () => sql`select cron.schedule(${schedule}, 'select 1')`,
      { code: "22023", message: `invalid schedule: ${schedule}` },
    );
  }
  await rejects(
    () => sql`select cron.unschedule('unheard of')`,
    /could not find valid entry for job 'unheard of'/,
  );
});

Deno.test("cron.alter_job changes what is given and keeps the rest", async () => {
  const [job] = await sql`select cron.schedule('altered', '1 second', 'select 1') as id`;
  await sql`select cron.alter_job(${job?.id}, active := false)`;

  deepEqual(
    [...await sql`select schedule, command, active from cron.job where jobid = ${job?.id}`],
    [{ schedule: "1 second", command: "select 1", active: false }],
  );
  await sql`select cron.unschedule(${job?.id}::bigint)`;
});

Deno.test("a vault secret is created, then updated, and read through the view", async () => {
  await setVaultSecret(sql, "bell", "one");
  await setVaultSecret(sql, "bell", "zwei ü");

  deepEqual(
    [...await sql`select decrypted_secret from vault.decrypted_secrets where name = 'bell'`],
    [{ decrypted_secret: "zwei ü" }],
  );
  const [stored] = await sql`select secret from vault.secrets where name = 'bell'`;
  equal(String(stored?.secret).includes("zwei"), false);
});

Deno.test("vault is open to service_role and closed to anon and authenticated", async () => {
  await setVaultSecret(sql, "key", "value");

  const read = await as(
    "service_role",
    (sql) => sql`select decrypted_secret from vault.decrypted_secrets where name = 'key'`,
  );
  equal(read[0]?.decrypted_secret, "value");
  for (const role of ["anon", "authenticated"]) {
    await rejects(as(role, (sql) => sql`select from vault.decrypted_secrets`), { code: "42501" });
    await rejects(as(role, (sql) => sql`select vault.create_secret('x')`), { code: "42501" });
  }
});

Deno.test("pgcrypto is there, in the schema extensions", async () => {
  await sql`create extension if not exists pgcrypto with schema extensions`;
  const [row] = await sql`select encode(extensions.hmac('a', 'b', 'sha256'), 'hex') as mac`;

  match(String(row?.mac), /^[0-9a-f]{64}$/);
});
