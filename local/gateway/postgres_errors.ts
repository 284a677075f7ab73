/** Postgres answered with an error. */
export class SqlError extends Error {
  override name = "SqlError";

  constructor(
    message: string,
    readonly code: string,
    readonly details: string | null,
    readonly hint: string | null,
  ) {
    super(message);
  }
}

/** Postgres cannot be reached, or is gone. Whether it did the work is not known. */
export class ConnectionError extends Error {
  override name = "ConnectionError";
}

/** @param fields an ErrorResponse's, by their one-letter type. */
export function toSqlError(fields: Map<string, string>): SqlError {
  return new SqlError(
    fields.get("M") ?? "",
    fields.get("C") ?? "",
    fields.get("D") ?? null,
    fields.get("H") ?? null,
  );
}
