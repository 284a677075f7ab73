import type { ApiError } from "../../console/src/api/client.ts";

/** What an answer that is no story means to somebody at a terminal, and what to do next. */
export function explain(
  { status, message }: ApiError,
  { base, id, isLocal }: { base: string; id?: string; isLocal: boolean },
): string {
  switch (status) {
    case 0:
      return `nobody answers at ${base}. ${
        isLocal ? "Is `deno task start` running, on this port?" : "Is that the project's address?"
      }`;
    case 401:
      return `OPERATOR_KEY is not the key of ${base}`;
    case 404:
      return id === undefined
        ? `there is no Reelay at ${base}: are the functions deployed?`
        : `there is no film ${id} at ${base}`;
    default:
      return `${base} answers ${status}: ${message}`;
  }
}
