import type { Sql } from "postgres";

export type Bucket = {
  id: string;
  public: boolean;
  file_size_limit: string | null;
  allowed_mime_types: string[] | null;
};

/** storage.objects.metadata, in Storage's own words. */
export type ObjectMetadata = {
  eTag: string;
  size: number;
  mimetype: string;
  cacheControl: string;
  lastModified: string;
  contentLength: number;
  httpStatusCode: number;
};

export type StoredObject = {
  id: string;
  name: string;
  bucket_id: string;
  version: string;
  metadata: ObjectMetadata;
  created_at: Date;
  updated_at: Date;
  last_accessed_at: Date;
};

/** The rows of storage.buckets and storage.objects. */
export class StoredObjects {
  #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async findBucket(id: string): Promise<Bucket | null> {
    const [bucket] = await this.#sql<Bucket[]>`
      select id, public, file_size_limit, allowed_mime_types
      from storage.buckets where id = ${id}`;
    return bucket ?? null;
  }

  async find(bucket: string, name: string): Promise<StoredObject | null> {
    const [object] = await this.#sql<StoredObject[]>`
      select id, name, bucket_id, version, metadata, created_at, updated_at, last_accessed_at
      from storage.objects where bucket_id = ${bucket} and name = ${name}`;
    return object ?? null;
  }

  /**
   * Null when the name is taken and may not be.
   *
   * @returns the object's id, and the version that the new one replaced.
   */
  async put(
    object: { bucket: string; name: string; version: string; metadata: ObjectMetadata },
    { upsert }: { upsert: boolean },
  ): Promise<{ id: string; replaced: string | null } | null> {
    const { bucket, name, version, metadata } = object;
    return await this.#sql.begin(async (sql) => {
      const [made] = await sql<{ id: string }[]>`
        insert into storage.objects (bucket_id, name, version, metadata)
        values (${bucket}, ${name}, ${version}, ${sql.json(metadata)})
        on conflict (bucket_id, name) do nothing
        returning id`;
      if (made) return { id: made.id, replaced: null };
      if (!upsert) return null;

      const [old] = await sql<{ id: string; version: string }[]>`
        select id, version from storage.objects
        where bucket_id = ${bucket} and name = ${name} for update`;
      if (!old) return null;
      await sql`
        update storage.objects
        set version = ${version}, metadata = ${sql.json(metadata)}, updated_at = now()
        where id = ${old.id}`;
      return { id: old.id, replaced: old.version };
    });
  }

  async remove(bucket: string, names: string[]): Promise<StoredObject[]> {
    return await this.#sql<StoredObject[]>`
      delete from storage.objects
      where bucket_id = ${bucket}
        and name in (select jsonb_array_elements_text(${this.#sql.json(names)}))
      returning id, name, bucket_id, version, metadata, created_at, updated_at, last_accessed_at`;
  }

  /** Everything below a folder, in the order of names. */
  async below(bucket: string, folder: string): Promise<StoredObject[]> {
    return await this.#sql<StoredObject[]>`
      select id, name, bucket_id, version, metadata, created_at, updated_at, last_accessed_at
      from storage.objects
      where bucket_id = ${bucket} and starts_with(name, ${folder})
      order by name collate "C"`;
  }
}
