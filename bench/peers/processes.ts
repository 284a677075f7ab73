import { PROJECT_ROOT } from "../../tools/project_root.ts";
import { pause } from "../../supabase/functions/_shared/pause.ts";

/** A process that answers HTTP on a port of its own. */
export interface Peer extends AsyncDisposable {
  origin: string;
  pid: number;
}

const READY_WITHIN_MS = 20_000;

/** Starts a program and waits until something listens on the port. */
export async function startPeer(
  command: string,
  { args, env, port }: { args: string[]; env?: Record<string, string>; port: number },
): Promise<Peer> {
  const child = new Deno.Command(command, {
    args,
    env,
    cwd: PROJECT_ROOT,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let over = false;
  child.status.then(() => over = true);
  for (const until = Date.now() + READY_WITHIN_MS; !await listens(port);) {
    if (over || Date.now() > until) {
      if (!over) child.kill("SIGKILL");
      throw new Error(`Cannot start ${command}: it does not listen`);
    }
    await pause(50);
  }
  return {
    origin: `http://127.0.0.1:${port}`,
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      if (!over) child.kill("SIGTERM");
      await child.status;
    },
  };
}

async function listens(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch {
    return false;
  }
}
