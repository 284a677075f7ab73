import { deepEqual, equal, rejects } from "node:assert/strict";
import postgres, { type Sql, type TransactionSql } from "postgres";
import { type Cluster, startCluster } from "./cluster.ts";

let cluster: Cluster;
let sql: Sql;
Deno.test.beforeAll(async () => {
  cluster = await startCluster({ port: 0, settings: { fsync: "off" } });
  sql = postgres(cluster.url, { max: 2, onnotice: () => {} });
});
Deno.test.afterAll(async () => {
  await sql.end();
  await cluster.stop();
});

/** In a transaction, as PostgREST does it for a token with these claims. */
async function asUser<T>(
  claims: Record<string, string>,
  use: (sql: TransactionSql) => Promise<T>,
): Promise<T> {
  return (await sql.begin(async (transaction) => {
    await transaction`select set_config('request.jwt.claims', ${JSON.stringify(claims)}, true)`;
    await transaction.unsafe(`set local role ${claims.role}`);
    return { value: await use(transaction) };
  })).value;
}

Deno.test("a new table in public is granted to nobody", async () => {
  await sql`create table public.new_table ()`;

  for (const role of ["anon", "authenticated", "service_role"]) {
    await rejects(asUser({ role }, (sql) => sql`select from public.new_table`), { code: "42501" });
  }
});

Deno.test("a new function in public may be executed by all, until that is revoked", async () => {
  await sql`create function public.open() returns integer language sql as 'select 1'`;
  await sql`create function public.half_closed() returns integer language sql as 'select 1'`;
  await sql`revoke execute on function public.half_closed() from public`;

  for (const role of ["anon", "authenticated", "service_role"]) {
    deepEqual([...await asUser({ role }, (sql) => sql`select public.open() as n`)], [{ n: 1 }]);
    deepEqual(
      [...await asUser({ role }, (sql) => sql`select public.half_closed() as n`)],
      [{ n: 1 }],
    );
  }
});

Deno.test("auth.uid, auth.role and auth.jwt read the token's claims", async () => {
  const sub = "0b6a8c66-3a0f-4a3a-9a53-0d2f6c1f9a11";
  const [row] = await asUser({ sub, role: "authenticated", email: "a@b.test" }, (sql) =>
    sql`
    select auth.uid()::text as uid, auth.role() as role, auth.email() as email,
      auth.jwt() ->> 'sub' as sub`);

  deepEqual({ ...row }, { uid: sub, role: "authenticated", email: "a@b.test", sub });
});

Deno.test("nobody is signed in without claims", async () => {
  const [row] = await sql`select auth.uid() as uid, auth.role() as role, auth.jwt() as jwt`;

  deepEqual({ ...row }, { uid: null, role: null, jwt: null });
});

Deno.test("service_role passes row level security, authenticated does not", async () => {
  await sql`create table public.guarded as select 1 as n`;
  await sql`alter table public.guarded enable row level security`;
  await sql`grant select on public.guarded to authenticated, service_role`;

  const counts = await Promise.all(
    ["service_role", "authenticated"].map(async (role) =>
      (await asUser({ role }, (sql) => sql`select from public.guarded`)).length
    ),
  );
  deepEqual(counts, [1, 0]);
});

Deno.test("authenticator logs in and becomes the API's roles", async () => {
  const url = cluster.url.replace("postgres:postgres@", "authenticator:postgres@");
  const api = postgres(url, { max: 1 });
  for (const role of ["anon", "authenticated", "service_role"]) {
    await api.unsafe(`set role ${role}`);
    equal((await api`select current_user as name`)[0]?.name, role);
  }
  await api.end();
});

Deno.test("storage has buckets and objects, guarded by row level security", async () => {
  await sql`insert into storage.buckets (id, name, public) values ('films', 'films', true)`;
  const [object] = await sql`
    insert into storage.objects (bucket_id, name) values ('films', 'a/b/film.mp4')
    returning path_tokens, storage.foldername(name) as folder, storage.filename(name) as file,
      storage.extension(name) as extension`;

  deepEqual({ ...object }, {
    path_tokens: ["a", "b", "film.mp4"],
    folder: ["a", "b"],
    file: "film.mp4",
    extension: "mp4",
  });
  equal((await asUser({ role: "anon" }, (sql) => sql`select from storage.objects`)).length, 0);
});

Deno.test("nothing of the bootstrap counts as Postgres's own", async () => {
  const [row] = await sql`
    select min(oid) as lowest from pg_class where relnamespace in (
      'storage'::regnamespace, 'auth'::regnamespace, 'vault'::regnamespace)`;

  equal(Number(row?.lowest) >= 16384, true);
});

Deno.test("a database made later is bootstrapped as well", async () => {
  await sql`create database later`;
  const later = postgres(Object.assign(new URL(cluster.url), { pathname: "/later" }).href, {
    max: 1,
  });

  const [row] = await later`
    select to_regprocedure('auth.uid()') is not null as uid,
      to_regclass('storage.objects') is not null as objects`;

  deepEqual({ ...row }, { uid: true, objects: true });
  await later.end();
});
