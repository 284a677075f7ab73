import { readdir } from "node:fs/promises";
import process from "node:process";

/** A kernel tick; Linux has had a hundred a second on every machine of today. */
const TICK_MS = 10;

/**
 * Milliseconds of CPU that these processes and their children have used, ended children included;
 * NaN where there is no /proc. On a machine that is busy with other things it says more than the clock.
 */
export async function cpuOf(pids: readonly number[]): Promise<number> {
  const all = await readProcesses();
  if (all.size === 0) return NaN;
  const family = new Set(pids);
  for (let size = 0; size !== family.size;) {
    size = family.size;
    for (const [pid, { parent }] of all) if (family.has(parent)) family.add(pid);
  }
  return [...family].reduce((sum, pid) => sum + (all.get(pid)?.ms ?? 0), 0);
}

/** Milliseconds of CPU that this process has used, without its children. */
export function ownCpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

type Process = { parent: number; ms: number };

async function readProcesses(): Promise<Map<number, Process>> {
  const found = new Map<number, Process>();
  const names = await readdir("/proc").catch(() => []);
  for (const name of names.filter((name) => /^\d+$/.test(name))) {
    const stat = await Deno.readTextFile(`/proc/${name}/stat`).catch(() => null);
    if (stat === null) continue;
    // man 5 proc_pid_stat: the name in parentheses may hold spaces.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ").map(Number);
    const [parent = 0] = fields.slice(1);
    const ticks = fields.slice(11, 15).reduce((sum, value) => sum + value, 0);
    found.set(Number(name), { parent, ms: ticks * TICK_MS });
  }
  return found;
}

/** Megabytes that a process holds in memory; NaN where there is no /proc. */
export async function memoryOf(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`).catch(() => "");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? NaN) / 1024;
}
