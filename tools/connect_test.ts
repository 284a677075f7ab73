import assert from "node:assert/strict";
import { databaseUrl } from "./connect.ts";

const HOSTED = "https://abcdefghijklmnopqrst.supabase.co/functions/v1";
const none = () => undefined;

Deno.test("hosted functions are never taken for those of this machine's database", () => {
  assert.throws(() => databaseUrl(undefined, { get: none, functions: HOSTED }), /--db or SUPABASE/);
  assert.equal(databaseUrl("postgres://a/b", { get: none, functions: HOSTED }), "postgres://a/b");
  const get = (name: string) => name === "SUPABASE_DB_URL" ? "postgres://c/d" : undefined;
  assert.equal(databaseUrl(undefined, { get, functions: HOSTED }), "postgres://c/d");
});

Deno.test("without hosted functions the database is this machine's", () => {
  for (const functions of [null, "http://127.0.0.1:54321/functions/v1", "https://x.ngrok.app"]) {
    assert.match(databaseUrl(undefined, { get: none, functions }), /@127\.0\.0\.1:54322/);
  }
});

Deno.test("what is no address of a Postgres is refused, not taken for this machine", () => {
  for (const told of ["", "db.films.test:5432/postgres", "mysql://a@films.test/b", "postgres://"]) {
    assert.throws(
      () => databaseUrl(told, { get: none, functions: null }),
      /--db and SUPABASE_DB_URL take postgresql:/,
      told,
    );
  }
});
