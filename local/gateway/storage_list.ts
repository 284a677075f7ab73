import { z } from "zod";
import type { StoredObject, StoredObjects } from "./stored_objects.ts";

const ListRequest = z.object({
  prefix: z.string().default(""),
  limit: z.number().int().positive().default(100),
  offset: z.number().int().nonnegative().default(0),
  search: z.string().optional(),
  sortBy: z.object({
    column: z.enum(["name", "created_at", "updated_at", "last_accessed_at"]).default("name"),
    order: z.enum(["asc", "desc"]).default("asc"),
  }).prefault({}),
});

type Entry =
  & Pick<StoredObject, "name">
  & { [key in "id" | "metadata"]: StoredObject[key] | null }
  & { [key in "created_at" | "updated_at" | "last_accessed_at"]: Date | null };

/** One level below a folder. Its folders have a name and nothing else, and come first. */
export async function listFolder(
  bucket: string,
  request: unknown,
  objects: StoredObjects,
): Promise<Entry[]> {
  const { prefix, limit, offset, search, sortBy } = ListRequest.parse(request);
  const folder = prefix === "" ? "" : `${prefix.replace(/\/+$/, "")}/`;

  const folders = new Set<string>();
  const files: Entry[] = [];
  for (const object of await objects.below(bucket, folder)) {
    const [name = "", ...deeper] = object.name.slice(folder.length).split("/");
    if (search && !name.startsWith(search)) continue;
    if (deeper.length > 0) folders.add(name);
    else files.push(describe(object, name));
  }
  files.sort(by(sortBy.column));
  if (sortBy.order === "desc") files.reverse();
  return [...[...folders].map(describeFolder), ...files].slice(offset, offset + limit);
}

function describe(object: StoredObject, name: string): Entry {
  const { id, metadata, created_at, updated_at, last_accessed_at } = object;
  return { name, id, updated_at, created_at, last_accessed_at, metadata };
}

function describeFolder(name: string): Entry {
  return {
    name,
    id: null,
    updated_at: null,
    created_at: null,
    last_accessed_at: null,
    metadata: null,
  };
}

function by(column: "name" | "created_at" | "updated_at" | "last_accessed_at") {
  return (left: Entry, right: Entry) => {
    const [first, second] = [left[column] ?? "", right[column] ?? ""];
    return first < second ? -1 : first > second ? 1 : 0;
  };
}
