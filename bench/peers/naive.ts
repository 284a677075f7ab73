import { join } from "node:path";
import { PROJECT_ROOT } from "../../tools/project_root.ts";
import type { Doors } from "../doors.ts";
import { findFreePort } from "../../local/free_port.ts";
import { type Peer, startPeer } from "./processes.ts";

/** A door of bench/peers/naive_door.ts, over the same gateway and its connection pool. */
export async function startNaive(
  { env, apiUrl }: Doors,
  { mode, secret }: { mode: "insert" | "signed" | "verify"; secret: string },
): Promise<Peer> {
  const port = findFreePort();
  return await startPeer(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", join(PROJECT_ROOT, "bench/peers/naive_door.ts"), mode],
    env: {
      DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${port}`,
      BENCH_SECRET: secret,
      BENCH_API_URL: apiUrl,
      BENCH_API_KEY: JSON.parse(env.SUPABASE_SECRET_KEYS ?? "{}").default,
    },
    port,
  });
}

/** The table that they insert into, and its function. */
export async function createBenchTable({ sql }: Doors): Promise<void> {
  await sql.unsafe(`
    create table public.bench_rows (
      row_id bigint generated always as identity primary key,
      body jsonb not null,
      created_at timestamptz not null default now()
    );
    create function public.bench_insert(p_row jsonb) returns void
    language sql volatile security definer set search_path = ''
    as 'insert into public.bench_rows (body) values (p_row)';
    revoke execute on function public.bench_insert(jsonb) from public, anon, authenticated;
    grant execute on function public.bench_insert(jsonb) to service_role;
  `);
}
