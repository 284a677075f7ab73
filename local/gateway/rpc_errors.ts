import { ConnectionError, SqlError } from "./postgres_errors.ts";
import { PoolTimeout } from "./postgres_pool.ts";

/** PostgREST's error body. */
export type RpcError = {
  code: string;
  message: string;
  details: string | null;
  hint: string | null;
};

const BY_CODE = new Map([
  ["23503", 409],
  ["23505", 409],
  ["25006", 405],
  ["21000", 500],
  ["42883", 404],
  ["42P01", 404],
  ["42P17", 500],
  ["53400", 500],
  ["57P01", 503],
  ["P0001", 400],
]);

const BY_CLASS = new Map([
  ["08", 503],
  ["09", 500],
  ["0L", 403],
  ["0P", 403],
  ["25", 500],
  ["28", 403],
  ["2D", 500],
  ["38", 500],
  ["39", 500],
  ["3B", 500],
  ["40", 500],
  ["53", 503],
  ["54", 500],
  ["55", 500],
  ["57", 500],
  ["58", 500],
  ["F0", 500],
  ["HV", 500],
  ["P0", 500],
  ["XX", 500],
]);

/** PostgREST's table: https://docs.postgrest.org/en/v14/references/errors.html */
export function statusOf(code: string, { isAnonymous }: { isAnonymous: boolean }): number {
  if (code === "42501") return isAnonymous ? 401 : 403;
  if (code.startsWith("PT")) {
    const status = Number(code.slice(2));
    return Number.isInteger(status) && status >= 200 && status <= 599 ? status : 500;
  }
  return BY_CODE.get(code) ?? BY_CLASS.get(code.slice(0, 2)) ?? 400;
}

export function answerError(
  status: number,
  { code, message, details = null, hint = null }: Partial<RpcError>,
): Response {
  return Response.json({ code, details, hint, message }, {
    status,
    headers: { "proxy-status": `PostgREST; error=${code}` },
  });
}

/** Answers what went wrong between us and Postgres, or in it. */
export function answerFailure(error: unknown, by: { isAnonymous: boolean }): Response {
  if (error instanceof SqlError) return answerError(statusOf(error.code, by), error);
  if (error instanceof PoolTimeout) {
    return answerError(504, { code: "PGRST003", message: error.message });
  }
  if (error instanceof ConnectionError) {
    return answerError(503, {
      code: "PGRST000",
      message: "Database connection error. Retrying the connection.",
      details: error.message,
    });
  }
  throw error;
}
