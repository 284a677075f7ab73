import { join } from "node:path";
import { parseEnv } from "../local/parse_env.ts";
import type { Get } from "../supabase/functions/_shared/env.ts";

/** Variables of the shell, else of `<root>/supabase/functions/.env`; nothing is written. */
export async function readEnvironment(
  { root, shell = (name) => Deno.env.get(name) }: { root: string; shell?: Get },
): Promise<Get> {
  const file = await readFile(join(root, "supabase/functions/.env"));
  return (name) => shell(name)?.trim() || file[name];
}

async function readFile(path: string): Promise<Record<string, string | undefined>> {
  try {
    return parseEnv(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}
