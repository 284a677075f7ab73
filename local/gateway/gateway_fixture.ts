import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import type { Sql } from "postgres";
import { bareDatabase } from "./bare_database.ts";
import type { FindFunction } from "./functions_proxy.ts";
import { type Gateway, listenGateway } from "./server.ts";
import { createStorage } from "./storage.ts";

export const SECRET = "sb_secret_of_the_tests";
export const PUBLISHABLE = "sb_publishable_of_the_tests";

export type GatewayScene = {
  gateway: Gateway;
  /** A superuser. */
  sql: Sql;
  /** supabase-js with the secret key. */
  client: SupabaseClient;
  /** The folder behind Storage. */
  files: string;
  /** Milliseconds, for signed URLs; may be set. */
  clock: { now: number };
};

/** A gateway on a free port, before a database of its own. */
export async function withGateway(
  use: (scene: GatewayScene) => Promise<void>,
  { findFunction = () => null, ...options }: {
    findFunction?: FindFunction;
    idleTimeoutMs?: number;
    poolSize?: number;
    poolPatienceMs?: number;
  } = {},
): Promise<void> {
  const { sql, url, close } = await bareDatabase();
  const files = await Deno.makeTempDir();
  const clock = { now: Date.UTC(2026, 0, 1) };
  const gateway = listenGateway({ port: 0 });
  gateway.open({
    keys: { secret: SECRET, publishable: PUBLISHABLE },
    databaseUrl: url,
    storage: createStorage({ sql, folder: files, secret: SECRET, now: () => clock.now }),
    findFunction,
    ...options,
  });
  const client = connect(gateway, SECRET);
  try {
    await use({ gateway, sql, client, files, clock });
  } finally {
    await gateway.stop();
    await close();
    await Deno.remove(files, { recursive: true });
  }
}

export function connect(gateway: Gateway, key: string): SupabaseClient {
  return createClient(gateway.url, key, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
  });
}
