import { join } from "node:path";
import { waitForEnd } from "./postgres/process_identity.ts";

/** Longer than the watcher of an orphaned Postgres lets it live. */
const ORPHAN_PATIENCE_MS = 8000;

/** Where a stack keeps what outlives it: `postgres`, `storage` and `keys.json`. */
export type StackFolder = {
  path: string;
  /** Undefined: Postgres makes a throw-away directory of its own. */
  postgres: string | undefined;
  storage: string;
  /** Removes what was not meant to stay. */
  leave(): Promise<void>;
};

/**
 * Opens the folder, or a throw-away one.
 *
 * @param fresh empties it first. Only for who holds the ports that the folder belongs to.
 */
export async function openStackFolder(
  path: string | undefined,
  { fresh = false }: { fresh?: boolean } = {},
): Promise<StackFolder> {
  if (path === undefined) {
    const made = await Deno.makeTempDir({ prefix: "reelay-" });
    return {
      path: made,
      postgres: undefined,
      storage: join(made, "storage"),
      leave: () => Deno.remove(made, { recursive: true }),
    };
  }

  if (fresh) await removeStackFolder(path);
  await Deno.mkdir(path, { recursive: true });
  return {
    path,
    postgres: join(path, "postgres"),
    storage: join(path, "storage"),
    leave: () => Promise.resolve(),
  };
}

/** Waits for a Postgres that was orphaned in there, and for no other. */
export async function removeStackFolder(path: string): Promise<void> {
  // Postgres's data may live elsewhere, with a link to them here.
  const data = await Deno.realPath(join(path, "postgres")).catch(nullWhenMissing);
  if (data !== null) {
    const [pid] = (await Deno.readTextFile(join(data, "postmaster.pid")).catch(() => "")).split(
      "\n",
    );
    if (pid && !await waitForEnd(Number(pid), ORPHAN_PATIENCE_MS)) {
      throw new Error(`Cannot remove ${path}: its Postgres ${pid} is running`);
    }
    await Deno.remove(data, { recursive: true });
  }
  await Deno.remove(path, { recursive: true }).catch(nullWhenMissing);
}

function nullWhenMissing(error: unknown): null {
  if (error instanceof Deno.errors.NotFound) return null;
  throw error;
}
