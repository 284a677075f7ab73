import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";

/** The API keys of one pocket Supabase. */
const ProjectKeys = z.object({ secret: z.string(), publishable: z.string() });
export type ProjectKeys = z.infer<typeof ProjectKeys>;

/** Reads `<folder>/keys.json`, made where it is missing: keys last as long as the data beside them. */
export async function loadProjectKeys(folder: string): Promise<ProjectKeys> {
  const path = join(folder, "keys.json");
  const keys = {
    secret: `sb_secret_${randomBytes(24).toString("base64url")}`,
    publishable: `sb_publishable_${randomBytes(24).toString("base64url")}`,
  };
  try {
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(path, JSON.stringify(keys), { createNew: true, mode: 0o600 });
    return keys;
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    return ProjectKeys.parse(JSON.parse(await Deno.readTextFile(path)));
  }
}
