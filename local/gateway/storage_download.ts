import { readRange } from "./http_range.ts";
import { objectNotFound } from "./storage_errors.ts";
import type { ObjectPath } from "./storage_paths.ts";
import type { StoredFiles } from "./stored_files.ts";
import type { StoredObjects } from "./stored_objects.ts";

/** Answers GET and HEAD on an object that may be read, with Range and If-None-Match. */
export async function sendObject(
  request: Request,
  url: URL,
  { bucket, name }: ObjectPath,
  { objects, files }: { objects: StoredObjects; files: StoredFiles },
): Promise<Response> {
  const object = await objects.find(bucket, name);
  if (!object) throw objectNotFound();
  const { metadata: { eTag, size, mimetype, cacheControl }, updated_at } = object;
  const headers = new Headers({
    "accept-ranges": "bytes",
    "access-control-allow-origin": "*",
    "cache-control": cacheControl,
    "content-type": mimetype,
    "etag": eTag,
    "last-modified": updated_at.toUTCString(),
  });
  const download = url.searchParams.get("download");
  if (download !== null) headers.set("content-disposition", dispositionOf(download));

  if (request.headers.get("if-none-match") === eTag) {
    return new Response(null, { status: 304, headers });
  }
  const range = readRange(request.headers.get("range"), size);
  if (range === "unsatisfiable") {
    headers.set("content-range", `bytes */${size}`);
    return new Response(null, { status: 416, headers });
  }

  const { first, last } = range ?? { first: 0, last: size - 1 };
  headers.set("content-length", String(last - first + 1));
  if (range) headers.set("content-range", `bytes ${first}-${last}/${size}`);
  const status = range ? 206 : 200;
  if (request.method === "HEAD") return new Response(null, { status, headers });

  const body = await files.read(object.version, { first, last });
  if (!body) throw objectNotFound();
  return new Response(body, { status, headers });
}

function dispositionOf(fileName: string): string {
  return fileName === ""
    ? "attachment"
    : `attachment; filename*=UTF-8''${encodeURIComponent(fileName)}`;
}
