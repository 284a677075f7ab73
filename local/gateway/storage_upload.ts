import { Buffer } from "node:buffer";
import { StorageError } from "./storage_errors.ts";
import type { ObjectPath } from "./storage_paths.ts";
import { type StoredFiles, TooLarge } from "./stored_files.ts";
import type { Bucket, StoredObjects } from "./stored_objects.ts";

type Upload = {
  body: ReadableStream<Uint8Array> | null;
  mimetype: string;
  cacheControl: string;
};

const NAMELESS = 'form-data; name=""; filename=';
const NAMED = Buffer.from('form-data; name="file"; filename=');

/** Stores a body of any size: POST a new object, or with `x-upsert: true` any; PUT an old one. */
export async function receiveObject(
  request: Request,
  { bucket: _, name }: ObjectPath,
  bucket: Bucket,
  { objects, files }: { objects: StoredObjects; files: StoredFiles },
): Promise<Response> {
  const upsert = request.method === "PUT" || request.headers.get("x-upsert") === "true";
  if (!upsert && await objects.find(bucket.id, name)) throw duplicate();
  const { body, mimetype, cacheControl } = await readUpload(request);
  checkType(bucket, mimetype);

  const limit = bucket.file_size_limit === null ? Infinity : Number(bucket.file_size_limit);
  const { version, size, md5 } = await files.write(body, limit).catch((error) => {
    if (!(error instanceof TooLarge)) throw error;
    throw new StorageError(
      413,
      "Payload too large",
      "The object exceeded the maximum allowed size",
    );
  });
  const metadata = {
    eTag: `"${md5}"`,
    size,
    mimetype,
    cacheControl,
    lastModified: new Date().toISOString(),
    contentLength: size,
    httpStatusCode: 200,
  };
  const put = await objects.put({ bucket: bucket.id, name, version, metadata }, { upsert });
  if (!put) {
    await files.remove(version);
    throw duplicate();
  }
  if (put.replaced !== null) await files.remove(put.replaced);
  return Response.json({ Id: put.id, Key: `${bucket.id}/${name}` });
}

/** supabase-js sends a Blob as a form whose file has no name, and anything else as it is. */
async function readUpload(request: Request): Promise<Upload> {
  const type = request.headers.get("content-type") ?? "application/octet-stream";
  if (!type.startsWith("multipart/form-data")) {
    const cacheControl = request.headers.get("cache-control") ?? "no-cache";
    return { body: request.body, mimetype: type, cacheControl };
  }

  const form = await readForm(request, type);
  const file = [...form.values()].find((value) => value instanceof File);
  if (!file) throw new StorageError(400, "Error", "The form has no file");
  const seconds = form.get("cacheControl");
  return {
    body: file.stream(),
    mimetype: file.type || "application/octet-stream",
    cacheControl: typeof seconds === "string" ? `max-age=${seconds}` : "no-cache",
  };
}

/** The parser drops a part whose name is empty, which is the file: it gets a name first. */
async function readForm(request: Request, type: string): Promise<FormData> {
  const bytes = Buffer.from(await request.arrayBuffer());
  const at = bytes.indexOf(NAMELESS);
  const named = at < 0
    ? bytes
    : Buffer.concat([bytes.subarray(0, at), NAMED, bytes.subarray(at + NAMELESS.length)]);
  return await new Response(named, { headers: { "content-type": type } }).formData();
}

function checkType({ allowed_mime_types }: Bucket, mimetype: string): void {
  const type = mimetype.split(";", 1)[0]?.trim() ?? "";
  const isAllowed = allowed_mime_types === null ||
    allowed_mime_types.some((allowed) =>
      allowed === type || allowed.endsWith("/*") && type.startsWith(allowed.slice(0, -1))
    );
  if (!isAllowed) {
    throw new StorageError(415, "invalid_mime_type", `mime type ${type} is not supported`);
  }
}

function duplicate(): StorageError {
  return new StorageError(409, "Duplicate", "The resource already exists");
}
