/** What one run of `deno test` came to. */
export type Totals = { passed: number; failed: number };

/** And in which files something failed, as far as Deno names them. */
export type TestRun = Totals & { failedFiles: string[] };

/**
 * Runs a command in a process group of its own, shows what it prints as it prints it, and counts
 * the tests from Deno's closing line.
 *
 * @param signal ends the command and everything it started.
 * @returns at least one failure when the command fails, whatever it printed.
 */
export async function runTests(
  command: string,
  { args, cwd, env, signal, show = showOnStdout }: {
    args: string[];
    cwd: string;
    env: Record<string, string>;
    signal: AbortSignal;
    show?: (bytes: Uint8Array) => Promise<void>;
  },
): Promise<TestRun> {
  const child = new Deno.Command(command, {
    args,
    cwd,
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
    detached: true,
  }).spawn();
  const end = () => endGroup(child.pid);
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();

  try {
    const text = new TextDecoder();
    let tail = "";
    for await (const bytes of child.stdout) {
      await show(bytes);
      // The closing line is the last but a few; tests may print as much as they like before.
      tail = (tail + text.decode(bytes, { stream: true })).slice(-100_000);
    }
    const { success } = await child.status;
    return { ...countTests(tail, success), failedFiles: findFailedFiles(tail) };
  } finally {
    signal.removeEventListener("abort", end);
    // What a test forgot to end.
    endGroup(child.pid);
  }
}

const CLOSING = /^(?:ok|FAILED) \| (\d+) passed[^|\n]*\| (\d+) failed/gm;

/** Reads Deno's last closing line: `FAILED | 11 passed (3 steps) | 2 failed | 1 ignored (4s)`. */
export function countTests(output: string, success: boolean): Totals {
  const closing = [...output.matchAll(CLOSING)].at(-1);
  const totals = { passed: Number(closing?.[1] ?? 0), failed: Number(closing?.[2] ?? 0) };
  return success ? totals : { ...totals, failed: Math.max(1, totals.failed) };
}

const FAILURES = "\n FAILURES \n";
const FAILED_FILE = /(?:^| => )(?:\.\/)?(\S+?)(?::\d+:\d+| \(uncaught error\))$/gm;

/**
 * Reads Deno's closing list: `name => ./tests/a_test.ts:12:6`, `./tests/b_test.ts (uncaught error)`. A module
 * of several files (share_isolates) lies elsewhere, `../...`: none of the tests behind an uncaught error ran.
 */
export function findFailedFiles(output: string): string[] {
  const start = output.lastIndexOf(FAILURES);
  if (start < 0) return [];
  return [...new Set([...output.slice(start).matchAll(FAILED_FILE)].map(([, file = ""]) => file))];
}

async function showOnStdout(bytes: Uint8Array): Promise<void> {
  for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await Deno.stdout.write(rest));
}

function endGroup(pid: number): void {
  try {
    Deno.kill(-pid, "SIGKILL");
  } catch (error) {
    // All of it has ended already.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
