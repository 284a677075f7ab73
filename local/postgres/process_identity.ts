/**
 * What tells a running process from another one that got the same number later: its start time.
 * Null when no such process runs; one that is dead and waits for its parent counts as not running.
 */
export async function identifyProcess(pid: number): Promise<string | null> {
  if (Deno.build.os !== "linux") return await identifyByPs(pid);
  try {
    const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
    // The name in parentheses may hold anything; state and start time are fields 3 and 22 of
    // proc(5), counted from 1.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? null : fields[19] ?? null;
  } catch {
    return null;
  }
}

async function identifyByPs(pid: number): Promise<string | null> {
  const { stdout } = await new Deno.Command("ps", {
    args: ["-o", "lstart=", "-p", String(pid)],
    stderr: "null",
  }).output();
  return new TextDecoder().decode(stdout).trim() || null;
}

/** Asks until the process is gone. False when it still runs after `patience_ms`. */
export async function waitForEnd(pid: number, patience_ms: number): Promise<boolean> {
  for (const end = Date.now() + patience_ms; Date.now() < end;) {
    if (await identifyProcess(pid) === null) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}
