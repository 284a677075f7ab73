import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { findFreePort } from "../free_port.ts";
import { pause } from "../../supabase/functions/_shared/pause.ts";
import { textLines } from "./text_lines.ts";

/** One run of a function: a Deno process that listens on a port of its own. */
export interface FunctionProcess {
  readonly pid: number;
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  /** Settled when the process has ended, with its exit code. */
  readonly ended: Promise<number>;
  /** Settled when it listens; rejected when it ends before, or takes too long. */
  readonly ready: Promise<void>;
  end(signal: Deno.Signal): void;
}

const READY_WITHIN_MS = 60_000;
const WATCH = fileURLToPath(new URL("./parent_watch.ts", import.meta.url));

/** What Deno itself needs to find its cache and the registry, and nothing else of the shell. */
const DENO_NEEDS =
  /^(PATH|HOME|TMPDIR|XDG_CACHE_HOME|DENO_.*|NPM_CONFIG_.*|NODE_EXTRA_CA_CERTS|SSL_CERT_.*|(https?|no)_proxy)$/i;

/**
 * Runs an index.ts unchanged. A hosted function may reach the network and its environment, and
 * read its own code; it may start no program and write no file.
 *
 * @param log gets each line that it prints; absent: what it prints goes nowhere.
 */
export function startFunctionProcess(
  { name, entry, env, shell, log }: {
    name: string;
    entry: string;
    env: Record<string, string>;
    shell: Record<string, string>;
    log?: (line: string) => void;
  },
): FunctionProcess {
  const port = findFreePort();
  const output = log ? "piped" : "null";
  const inherited = Object.entries(shell).filter(([key]) => DENO_NEEDS.test(key));
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--no-lock",
      "--allow-net",
      "--allow-env",
      "--allow-sys",
      "--allow-read",
      `--preload=${WATCH}`,
      entry,
    ],
    cwd: dirname(entry),
    clearEnv: true,
    env: {
      ...Object.fromEntries(inherited),
      ...env,
      SUPABASE_FUNCTION_SLUG: name,
      DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${port}`,
      REELAY_PARENT_PID: String(Deno.pid),
    },
    stdin: "null",
    stdout: output,
    stderr: output,
    // Ctrl-C reaches a whole process group; a function ends when its starter says so.
    detached: true,
  }).spawn();

  const said = log &&
    Promise.all([child.stdout, child.stderr].map((stream) => passLines(stream, log)));
  const ended = Promise.all([child.status, said]).then(([{ code }]) => code);
  return {
    pid: child.pid,
    origin: `http://127.0.0.1:${port}`,
    ended,
    ready: waitUntilListening(name, port, ended),
    end(signal) {
      try {
        child.kill(signal);
      } catch (error) {
        // It has ended by itself.
        if (!(error instanceof TypeError)) throw error;
      }
    },
  };
}

async function passLines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  log: (line: string) => void,
): Promise<void> {
  for await (const line of textLines(stream)) log(line);
}

async function waitUntilListening(
  name: string,
  port: number,
  ended: Promise<number>,
): Promise<void> {
  let code: number | null = null;
  ended.then((exit) => code = exit);

  for (const end = Date.now() + READY_WITHIN_MS; Date.now() < end;) {
    if (code !== null) throw new Error(`Cannot start function ${name}: it ended with code ${code}`);
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return;
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
    }
    await pause(5);
  }
  throw new Error(`Cannot start function ${name}: it does not listen`);
}
