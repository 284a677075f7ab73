import * as z from "zod";

/**
 * `error_type` of a failed request (fal's page on request errors): whether the same request may
 * pass another time. Types that are not listed are judged by their HTTP status.
 */
const RETRYABLE: Readonly<Record<string, boolean>> = {
  request_timeout: true,
  startup_timeout: true,
  runner_scheduling_failure: true,
  runner_connection_timeout: true,
  runner_connection_refused: true,
  runner_connection_error: true,
  runner_disconnected: true,
  runner_incomplete_response: true,
  runner_server_error: true,
  client_disconnected: true,
  internal_error: true,
  bad_request: false,
};

/** The type of a request that was cancelled, by us or on fal's dashboard. */
export const CANCELLED = "client_cancelled";

/** Null for a type that fal's page does not list. */
export function isRetryableType(errorType: string): boolean | null {
  return Object.hasOwn(RETRYABLE, errorType) ? RETRYABLE[errorType] ?? null : null;
}

const ErrorType = z.looseObject({ error_type: z.string() });

/** The `error_type` that a body names; null where it names none. */
export function errorTypeIn(body: unknown): string | null {
  return ErrorType.safeParse(body).data?.error_type ?? null;
}

/** The model's HTTP status, which fal tells in a sentence: `Invalid status code: 422`. Null for any other. */
export function statusIn(error: unknown): number | null {
  const status = /\bstatus code:? (\d{3})\b/i.exec(String(error))?.[1];
  return status === undefined ? null : Number(status);
}
