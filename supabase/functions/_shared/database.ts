import { createClient } from "@supabase/supabase-js";
import type { ZodType } from "zod";

/** The one way from a function to Postgres: call a SQL function by name, get its checked answer. */
export interface Database {
  /**
   * Calls `public.<name>` with named arguments.
   *
   * @throws {DatabaseError} when the function raises, or when the database cannot be reached.
   */
  call<T>(name: string, args: Record<string, unknown>, answer: ZodType<T>): Promise<T>;
}

/** What Postgres, or the way to it, answered instead of a result. */
export class DatabaseError extends Error {
  override name = "DatabaseError";

  /**
   * @param code SQLSTATE, a PostgREST code (`PGRST...`), or `""` when nothing answered.
   * @param away true when the database could not be reached or has no connection to spare.
   * @param raised what the function itself said: for people only where its code is one of ours.
   */
  constructor(
    message: string,
    readonly code: string,
    readonly away: boolean,
    readonly raised: string = message,
  ) {
    super(message);
  }
}

/**
 * SQLSTATE classes 08 (connection), 53 (no resources) and 57 (shutdown); PGRST000 to PGRST003; and
 * PGRST202: a function that is not there, because this release's migration has not run yet.
 */
const AWAY = /^(08|53|57|PGRST(00[0-3]|202)$)/;

/** Connects as service_role. One client an isolate: its keep-alive connections are shared. */
export function connectDatabase(url: string, key: string): Database {
  const client = createClient(url, key, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
  });

  return {
    async call(name, args, answer) {
      const { data, error, status } = await client.rpc(name, args);
      if (error) {
        const away = status === 0 || status === 503 || status === 504 ||
          AWAY.test(error.code ?? "");
        const message = `Cannot call ${name}: ${error.message}`;
        throw new DatabaseError(message, error.code ?? "", away, error.message);
      }
      return answer.parse(data);
    },
  };
}
