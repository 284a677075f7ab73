import { cpus, totalmem } from "node:os";
import { PROJECT_ROOT } from "../tools/project_root.ts";

/** Under what a figure was measured; without it no figure can be compared with another. */
export type Conditions = Record<string, string | number | boolean>;

/**
 * Postgres's settings of a measurement, by name: what durability asks for, and the log's sizes as
 * Postgres has them by default. The pocket's clusters have segments of 1 MB, and initdb makes these
 * sizes smaller in proportion: a checkpoint every few seconds, and every page in the log again after
 * each, for whoever is measured.
 */
export const DURABLE = {
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  max_wal_size: "1GB",
  min_wal_size: "80MB",
  wal_buffers: "4MB",
};

/** What measurements themselves write: with it alone changed, the commit is still what was measured. */
const WRITTEN = ["bench/results", "bench/README.md", "docs/scaling.md"];

export async function readConditions(): Promise<Conditions> {
  const others = WRITTEN.map((path) => `:(exclude)${path}`);
  const status = await run("git", ["status", "--porcelain", "--", ".", ...others]);
  return {
    at: new Date().toISOString().slice(0, 16),
    commit: await run("git", ["rev-parse", "--short", "HEAD"]),
    is_commit_changed: status !== "",
    cores: navigator.hardwareConcurrency,
    processor: cpus()[0]?.model.trim() ?? "unknown",
    memory_gb: Math.round(totalmem() / 2 ** 30),
    load_before: Number(Deno.loadavg()[0]?.toFixed(2)),
    deno: Deno.version.deno,
    postgres: "17.10, embedded",
    postgres_settings: Object.entries(DURABLE).map(([name, value]) => `${name}=${value}`).join(" "),
    shared_buffers: "128MB, as initdb leaves it",
    gateway_pool: 10,
  };
}

async function run(command: string, args: string[]): Promise<string> {
  try {
    const { stdout } = await new Deno.Command(command, { args, cwd: PROJECT_ROOT }).output();
    return new TextDecoder().decode(stdout).trim();
  } catch {
    return "unknown";
  }
}
