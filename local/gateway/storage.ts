import type { Sql } from "postgres";
import { z } from "zod";
import type { Role } from "./api_keys.ts";
import { SignedUrls } from "./signed_urls.ts";
import { bucketNotFound, objectNotFound, StorageError } from "./storage_errors.ts";
import { checkName, decode, type ObjectPath, readObjectPath } from "./storage_paths.ts";
import { listFolder } from "./storage_list.ts";
import { sendObject } from "./storage_download.ts";
import { receiveObject } from "./storage_upload.ts";
import { StoredFiles } from "./stored_files.ts";
import { StoredObjects } from "./stored_objects.ts";

export type StorageDeps = { objects: StoredObjects; files: StoredFiles; signedUrls: SignedUrls };

const Lifetime = z.object({ expiresIn: z.number().positive() });
const Lifetimes = Lifetime.extend({ paths: z.array(z.string()) });
const Names = z.object({ prefixes: z.array(z.string()) });

/** @param secret signed URLs last as long as it does. @param folder holds the files. */
export function createStorage(
  { sql, folder, secret, now }: {
    sql: Sql;
    folder: string;
    secret: string;
    now?: () => number;
  },
): StorageDoor {
  return new StorageDoor({
    objects: new StoredObjects(sql),
    files: new StoredFiles(folder),
    signedUrls: new SignedUrls(`signed URLs ${secret}`, now),
  });
}

/** Storage's HTTP API, as far as supabase-js uses it for objects; buckets come from migrations. */
export class StorageDoor {
  #deps: StorageDeps;

  constructor(deps: StorageDeps) {
    this.#deps = deps;
  }

  /** @param path what follows `/storage/v1`, with its query. */
  async answer(request: Request, path: string, role: Role | null): Promise<Response> {
    try {
      return await this.#route(request, new URL(path, "http://storage"), role);
    } catch (error) {
      if (error instanceof StorageError) return error.toResponse();
      if (error instanceof z.ZodError || error instanceof SyntaxError) {
        return new StorageError(400, "Error", "Invalid request body").toResponse();
      }
      throw error;
    }
  }

  async #route(request: Request, url: URL, role: Role | null): Promise<Response> {
    const { method } = request;
    const isRead = method === "GET" || method === "HEAD";
    const [, root, kind = "", ...rest] = url.pathname.split("/");
    if (root !== "object") {
      throw new StorageError(404, "not_found", `Route ${url.pathname} not found`);
    }

    if (isRead && kind === "public") {
      const path = readObjectPath(rest.join("/"));
      const bucket = await this.#deps.objects.findBucket(path.bucket);
      if (!bucket?.public) throw bucketNotFound();
      return await sendObject(request, url, path, this.#deps);
    }
    if (isRead && kind === "sign") {
      const path = readObjectPath(rest.join("/"));
      const token = url.searchParams.get("token") ?? "";
      if (!this.#deps.signedUrls.allows(`${path.bucket}/${path.name}`, token)) {
        throw new StorageError(400, "InvalidJWT", "The signed URL is wrong or has expired");
      }
      return await sendObject(request, url, path, this.#deps);
    }
    if (role !== "service_role") {
      throw new StorageError(403, "Unauthorized", "The secret key is needed");
    }
    return await this.#routeTrusted(request, url, kind, rest);
  }

  async #routeTrusted(
    request: Request,
    url: URL,
    kind: string,
    rest: string[],
  ): Promise<Response> {
    const { method } = request;
    if (method === "POST" && kind === "sign") {
      return rest.length === 1
        ? await this.#signMany(decode(rest[0] ?? ""), Lifetimes.parse(await request.json()))
        : await this.#sign(readObjectPath(rest.join("/")), Lifetime.parse(await request.json()));
    }
    if (method === "POST" && kind === "list") {
      const bucket = decode(rest.join("/"));
      await this.#bucket(bucket);
      return Response.json(await listFolder(bucket, await request.json(), this.#deps.objects));
    }
    if (method === "GET" && kind === "info") {
      return await this.#info(readObjectPath(rest.join("/")));
    }
    if (method === "DELETE" && rest.length === 0) {
      return await this.#remove(decode(kind), Names.parse(await request.json()).prefixes);
    }

    const below = kind === "authenticated" ? rest : [kind, ...rest];
    const path = readObjectPath(below.join("/"));
    switch (method) {
      case "GET":
      case "HEAD":
        return await sendObject(request, url, path, this.#deps);
      case "POST":
      case "PUT":
        return await receiveObject(request, path, await this.#bucket(path.bucket), this.#deps);
      case "DELETE":
        return await this.#remove(path.bucket, [path.name]);
      default:
        throw new StorageError(405, "Error", `Cannot use the ${method} method`);
    }
  }

  async #bucket(id: string) {
    const bucket = await this.#deps.objects.findBucket(id);
    if (!bucket) throw bucketNotFound();
    return bucket;
  }

  async #sign({ bucket, name }: ObjectPath, { expiresIn }: z.infer<typeof Lifetime>) {
    if (!await this.#deps.objects.find(bucket, name)) throw objectNotFound();
    return Response.json({ signedURL: this.#signedPath({ bucket, name }, expiresIn) });
  }

  async #signMany(bucket: string, { expiresIn, paths }: z.infer<typeof Lifetimes>) {
    const answers = [];
    for (const name of paths) {
      const exists = await this.#deps.objects.find(bucket, name);
      answers.push({
        path: name,
        error: exists ? null : "Either the object does not exist or you do not have access to it",
        signedURL: exists ? this.#signedPath({ bucket, name }, expiresIn) : null,
      });
    }
    return Response.json(answers);
  }

  /** Not encoded: the client does that. */
  #signedPath({ bucket, name }: ObjectPath, lifetime: number): string {
    const path = `${bucket}/${name}`;
    return `/object/sign/${path}?token=${this.#deps.signedUrls.sign(path, lifetime)}`;
  }

  async #info({ bucket, name }: ObjectPath): Promise<Response> {
    const object = await this.#deps.objects.find(bucket, name);
    if (!object) throw objectNotFound();
    const { id, version, metadata, created_at, updated_at } = object;
    return Response.json({
      id,
      name,
      bucket_id: bucket,
      version,
      size: metadata.size,
      content_type: metadata.mimetype,
      cache_control: metadata.cacheControl,
      etag: metadata.eTag,
      last_modified: updated_at,
      created_at,
      metadata: {},
    });
  }

  async #remove(bucket: string, names: string[]): Promise<Response> {
    for (const name of names) checkName(name);
    await this.#bucket(bucket);
    const removed = await this.#deps.objects.remove(bucket, names);
    for (const { version } of removed) await this.#deps.files.remove(version);
    return Response.json(removed);
  }
}
