import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import type { Sql } from "postgres";
import { testDatabase } from "../postgres/testing.ts";
import type { FindFunction } from "./functions_proxy.ts";
import { type Gateway, startGateway } from "./server.ts";
import { SignedUrls } from "./signed_urls.ts";
import { StorageDoor } from "./storage.ts";
import { StoredFiles } from "./stored_files.ts";
import { StoredObjects } from "./stored_objects.ts";

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
  const { sql, url, close } = await testDatabase();
  const files = await Deno.makeTempDir();
  const clock = { now: Date.UTC(2026, 0, 1) };
  const storage = new StorageDoor({
    objects: new StoredObjects(sql),
    files: new StoredFiles(files),
    signedUrls: new SignedUrls("key of the tests", () => clock.now),
  });
  const gateway = startGateway({
    port: 0,
    keys: { secret: [SECRET], publishable: [PUBLISHABLE] },
    databaseUrl: () => url,
    storage: () => storage,
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
