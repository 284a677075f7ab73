import * as z from "zod";
import { withDeadline } from "./deadline.ts";
import { withoutSlash } from "./env.ts";
import { readJson } from "./json.ts";

/** The one way from a function to Postgres: call a SQL function by name, get its checked answer. */
export interface Database {
  /**
   * Calls `public.<name>` with named arguments.
   *
   * @throws {DatabaseError} when the function raises, or when the database cannot be reached, or does
   * not answer in time: then the call may have taken effect, or still take it.
   */
  call<T>(name: string, args: Record<string, unknown>, answer: z.ZodType<T>): Promise<T>;
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
 * Whether what could not be done for several at once may be done for each alone: the database refused
 * it, be it for one of them; or one took the time of all (57014, statement_timeout); or the function
 * for several is not there yet (PGRST202).
 */
export function mayPassOneByOne(error: unknown): boolean {
  return error instanceof DatabaseError && (!error.away || ONE_BY_ONE.has(error.code));
}

const ONE_BY_ONE = new Set(["57014", "PGRST202"]);

/** Whether the database was not to be had: the same call may work later. */
export function isAway(error: unknown): boolean {
  return error instanceof DatabaseError && error.away;
}

/**
 * SQLSTATE classes 08 (connection), 53 (no resources) and 57 (shutdown); 25006: read-only, as Supabase
 * makes a database whose disk is full; PGRST000 to PGRST003; and
 * PGRST202: a function that is not there, because this release's migration has not run yet.
 */
const AWAY = /^(08|53|57|25006$|PGRST(00[0-3]|202)$)/;
/**
 * What was begun is undone by no fault of its own, and the next call finds the way free: a migration took
 * a function away that the called one calls (42883), or somebody waited for what it held while it waited
 * for him (40P01): a migration locks whole tables.
 */
const UNDONE = new Set(["42883", "40P01"]);
/** PostgREST's own 500 is what a function raised; whatever is above it, a gateway may say in its place. */
const RAISED = 500;

/** PostgREST's error body: https://docs.postgrest.org/en/v14/references/errors.html */
const Refusal = z.object({ code: z.string().nullish(), message: z.string() });
const EXCERPT = 200;
/** PostgREST waits 10 s for a connection at most, and hosted Postgres ends a statement after 8. */
const PATIENCE_MS = 20_000;

/**
 * Connects as service_role, through PostgREST. One a process: fetch keeps its connections alive.
 *
 * By fetch alone: the client library brings auth, realtime and storage along, which no door needs and
 * every cold start would wait for.
 *
 * @param timeoutMs for one call, from connecting to the last byte: whoever claims or records waits for
 * its answer, and a call without an end would stop it for good.
 */
export function connectDatabase(
  url: string,
  key: string,
  { fetch, timeoutMs = PATIENCE_MS }: { fetch: typeof globalThis.fetch; timeoutMs?: number },
): Database {
  const base = `${withoutSlash(url)}/rest/v1/rpc/`;
  const headers = {
    "accept": "application/json",
    "apikey": key,
    "authorization": `Bearer ${key}`,
    "content-type": "application/json",
  };

  async function post(name: string, args: Record<string, unknown>): Promise<[Response, string]> {
    try {
      const body = JSON.stringify(args);
      return await withDeadline(timeoutMs, async (signal) => {
        const response = await fetch(base + name, { method: "POST", headers, body, signal });
        return [response, await response.text()];
      });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new DatabaseError(`Cannot call ${name}: ${reason}`, "", true, reason);
    }
  }

  async function callFunction(name: string, args: Record<string, unknown>): Promise<unknown> {
    const [{ ok, status }, text] = await post(name, args);
    // Empty, as for a function without a result: null.
    const value = readJson(text) ?? null;
    if (ok) return value;

    const { data } = Refusal.safeParse(value);
    const message = data?.message ?? `status ${status}, ${text.slice(0, EXCERPT)}`;
    const code = data?.code ?? "";
    const away = status > RAISED || AWAY.test(code);
    throw new DatabaseError(`Cannot call ${name}: ${message}`, code, away, message);
  }

  return {
    async call(name, args, answer) {
      const value = await callFunction(name, args).catch((error) => {
        const isUndone = error instanceof DatabaseError && UNDONE.has(error.code);
        if (!isUndone) throw error;
        return callFunction(name, args);
      });
      return answer.parse(value);
    },
  };
}
