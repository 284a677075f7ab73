import type { Sql } from "postgres";
import { setVaultSecret } from "../../local/postgres/migrations.ts";
import { testDatabase } from "../../local/postgres/testing.ts";
import type { Database } from "../functions/_shared/database.ts";
import { serviceDatabase } from "./service_database.ts";

export const FUNCTIONS_URL = "http://127.0.0.1:1/functions/v1";
export const BELL_SECRET = "whsec_" + btoa("a bell secret of at least 24 bytes");

/** A connection of its own as service_role, for what needs two at once. */
export interface Session {
  db: Database;
  sql: Sql;
  pid: number;
}

/** The database of an isolate's test files, emptied before each test: making a new one takes half a second. */
export interface SharedDatabase {
  /** A superuser's. */
  sql: Sql;
  url: string;
  /** As the doors and the runner connect. */
  db: Database;
  openSession(): Promise<Session>;
  empty(): Promise<void>;
  close(): Promise<void>;
}

export async function openSharedDatabase(): Promise<SharedDatabase> {
  const database = await testDatabase();
  const { sql } = database;
  const settings = await sql`select name, value from private.settings`;
  await setVaultSecret(sql, "reelay_functions_url", FUNCTIONS_URL);
  await setVaultSecret(sql, "reelay_bell_secret", BELL_SECRET);

  async function openSession(): Promise<Session> {
    const own = database.connect();
    // What would wait for ever is to fail.
    const [row] = await own`
      select pg_backend_pid() as pid, set_config('role', 'service_role', false),
        set_config('lock_timeout', '20s', false)`;
    return { db: serviceDatabase(own), sql: own, pid: row?.pid };
  }

  async function empty(): Promise<void> {
    await sql.unsafe(`
      delete from public.projects;
      delete from public.webhook_deliveries;
      delete from private.webhook_sources;
      delete from private.endpoints;
      delete from private.delivery_lanes;
      delete from public.video_chunks;
      delete from public.pipeline_events;
      delete from public.webhook_logs;
      delete from private.seen_deliveries;
      delete from public.error_logs;
      delete from storage.objects;
      delete from private.housekeeping;
      delete from private.invariant_check;
      delete from private.request_counts;
      delete from private.limit_hits;
      delete from private.door_requests;
      delete from private.door_totals;
      delete from private.prices where source = 'a test';
      delete from net.http_request_queue;
      update private.bell set last_rung_at = null, unanswered_since = null;
      update private.providers set max_in_flight = null, max_in_flight_per_user = null,
        is_paused = false, held_until = null, hold_reason = null, failures_in_a_row = 0;
    `);
    await sql`
      delete from private.settings where name <> all (${settings.map(({ name }) => name)})`;
    await sql`
      update private.settings
      set value = first.value
      from jsonb_to_recordset(${
      sql.json(settings.map((row) => ({ ...row })))
    }) as first (name text, value jsonb)
      where settings.name = first.name and settings.value <> first.value`;
  }

  const { db } = await openSession();
  return { sql, url: database.url, db, openSession, empty, close: () => database.close() };
}
