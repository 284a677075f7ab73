import { z } from "zod";
import { startCluster } from "../local/postgres/cluster.ts";
import { PROJECT_ROOT } from "./project_root.ts";
import { type CliResult, runSupabase } from "./supabase_cli.ts";
import { readArguments } from "./usage.ts";

const USAGE = `deno run -A tools/advisors.ts

Pushes supabase/migrations with the real Supabase CLI to a throw-away Postgres, and asks its
advisors about security and performance. Exits 1 on any error or warning.`;

/** What `[db.vault]` in config.toml takes from the environment; the push fails without. */
const VAULT_ENV = {
  WEBHOOK_BASE_URL: "http://127.0.0.1:54321/functions/v1",
  PIPELINE_BELL_SECRET: "whsec_Zm9yIGEgdGhyb3ctYXdheSBkYXRhYmFzZQ==",
};

const Findings = z.array(z.object({ name: z.string(), level: z.string(), detail: z.string() }));
export type Finding = z.infer<typeof Findings>[number];

if (import.meta.main) {
  readArguments(USAGE, {});
  Deno.exit(await checkAdvisors() ? 0 : 1);
}

/** Prints each finding. */
async function checkAdvisors(): Promise<boolean> {
  const cluster = await startCluster({ port: 0, settings: { fsync: "off" } });
  try {
    console.log("Pushing the migrations with the Supabase CLI ...");
    await pushMigrations(cluster.url);
    console.log("Asking the advisors ...");
    const findings = await findAdvice(cluster.url);
    for (const { level, name, detail } of findings) console.log(`${level} ${name}: ${detail}`);
    if (findings.length === 0) console.log("No error and no warning.");
    return findings.length === 0;
  } finally {
    await cluster.stop();
  }
}

/**
 * Runs `supabase db push` of this project's migrations.
 *
 * @returns what the CLI said.
 * @throws {Error} when it fails.
 */
export async function pushMigrations(databaseUrl: string): Promise<string> {
  const { stdout, stderr } = await runOn(databaseUrl, ["db", "push", "--yes"]);
  return stdout + stderr;
}

/** Runs `supabase db advisors` and returns its errors and warnings. */
export async function findAdvice(databaseUrl: string): Promise<Finding[]> {
  const { stdout } = await runOn(
    databaseUrl,
    ["db", "advisors", "--type", "all", "--level", "warn", "--fail-on", "none", "-o", "json"],
  );
  return Findings.parse(JSON.parse(stdout.trim() || "[]"));
}

async function runOn(databaseUrl: string, args: string[]): Promise<CliResult> {
  const result = await runSupabase(
    [...args, `--remote=${databaseUrl}?sslmode=disable`],
    { workdir: PROJECT_ROOT, env: VAULT_ENV },
  );
  if (result.code !== 0) {
    throw new Error(`Cannot run supabase ${args.join(" ")}: ${result.stdout}${result.stderr}`);
  }
  return result;
}
