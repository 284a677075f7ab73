import type { Cluster } from "../../local/postgres/cluster.ts";

const TRIES = 5;

/** SIGKILL to Postgres and all its processes, as a power cut does, then a start. */
export async function crashPostgres(cluster: Cluster): Promise<void> {
  const backends = await childrenOf(cluster.pid);
  const dead = cluster.crash();
  for (const pid of backends) {
    try {
      Deno.kill(pid, "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
  await dead;
  for (let tries = 1;; tries++) {
    try {
      return await cluster.restart();
    } catch (error) {
      if (tries === TRIES) throw error;
    }
  }
}

async function childrenOf(parent: number): Promise<number[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-A", "-o", "pid=,ppid="] }).output();
  return new TextDecoder().decode(stdout).split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, ppid]) => ppid === parent)
    .map(([pid = 0]) => pid);
}
