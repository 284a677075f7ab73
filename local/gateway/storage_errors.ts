/**
 * An error in Storage's own form. Its HTTP status is 400 for whatever the client did; the status
 * that is meant stands in the body.
 */
export class StorageError extends Error {
  override name = "StorageError";

  constructor(readonly statusCode: number, readonly error: string, message: string) {
    super(message);
  }

  toResponse(): Response {
    const { statusCode, error, message } = this;
    return Response.json({ statusCode: String(statusCode), error, message }, { status: 400 });
  }
}

export function bucketNotFound(): StorageError {
  return new StorageError(404, "Bucket not found", "Bucket not found");
}

export function objectNotFound(): StorageError {
  return new StorageError(404, "not_found", "Object not found");
}
