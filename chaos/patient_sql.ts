import postgres, { type Sql } from "postgres";
import { pause } from "../supabase/functions/_shared/pause.ts";

const PATIENCE_MS = 60_000;
const PAUSE_MS = 200;

/**
 * Asks a database that may be dead, until it answers.
 *
 * @throws what Postgres says about the question itself (SQLSTATE class 42 and others of ours).
 */
export async function patiently<T>(sql: Sql, ask: (sql: Sql) => Promise<T>): Promise<T> {
  for (const end = Date.now() + PATIENCE_MS;;) {
    try {
      return await ask(sql);
    } catch (error) {
      if (!mayPass(error) || Date.now() > end) throw error;
      await pause(PAUSE_MS);
    }
  }
}

/** Class 08, 25, 53 and 57, and whatever Postgres did not say itself, are about the way there. */
function mayPass(error: unknown): boolean {
  if (!(error instanceof postgres.PostgresError)) return true;
  return /^(08|25|53|57)/.test(error.code);
}
