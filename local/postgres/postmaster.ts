import { join } from "node:path";
import { commandFor } from "./database_user.ts";
import type { Runtime } from "./runtime.ts";

/** A running Postgres: its first process. */
export interface Postmaster {
  pid: number;
  /** Settled when the process has ended, in whichever way. */
  ended: Promise<void>;
  /** Sends the signal and waits for the end. SIGINT is Postgres's fast stop, SIGQUIT immediate. */
  end(signal: "SIGINT" | "SIGQUIT" | "SIGKILL"): Promise<void>;
}

/** Postgres said no; `message` holds the end of its log. */
export class StartError extends Error {
  override name = "StartError";
}

const READY_WITHIN_MS = 60_000;
const LOG_LIMIT_BYTES = 10_000_000;

/** Seconds that an orphan's fast stop may take. */
const ORPHANS_STOP = 5;

/**
 * Waits for the end of its standard input, whose other end this process holds: when this process
 * dies, by SIGKILL too, the kernel closes it. A line instead of the end says that all is well.
 * An orphan that has ended is there until somebody reaps it; its own file tells before. Rounds may
 * take longer than they sleep: a clock beside them ends the wait.
 * $1 the postmaster, $2 its data, $3 seconds to wait for it, $4 a folder to remove afterwards, or nothing.
 */
export const WATCH = `
read -r line && exit 0
kill -INT "$1"
sleep "$3" & clock=$!
while read -r holder < "$2/postmaster.pid" && [ "$holder" = "$1" ] && kill -0 "$1" && kill -0 $clock
do sleep 0.1; done
kill $clock
kill -QUIT "$1"
[ -z "$4" ] || { sleep 0.2; rm -rf -- "$4"; }
`;

/**
 * Starts Postgres on the data directory and waits until it takes connections. It logs to
 * postgres.log in there. It outlives the death of this process by a moment only.
 */
export async function startPostmaster(
  { runtime, dataDir, port, settings, throwAway }: {
    runtime: Runtime;
    dataDir: string;
    port: number;
    settings: Record<string, string>;
    throwAway: boolean;
  },
): Promise<Postmaster> {
  const log = join(dataDir, "postgres.log");
  await keepLogSmall(log);
  const logStart = await sizeOf(log);

  const options = Object.entries({
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: runtime.sockets,
    timezone: "UTC",
    log_timezone: "UTC",
    log_checkpoints: "off",
    ...settings,
  }).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const child = new Deno.Command("/bin/sh", {
    ...commandFor(runtime.user),
    // The shell only redirects, then becomes Postgres.
    args: ["-c", `log=$1; shift; exec "$@" >>"$log" 2>&1`, "sh", log].concat(
      [join(runtime.folder, "bin/postgres"), "-D", dataDir, ...options],
    ),
    cwd: runtime.folder,
    stdin: "null",
    stdout: "null",
    stderr: "null",
    // Ctrl-C reaches a whole process group; Postgres stops when its owner says so.
    detached: true,
  }).spawn();
  const dismiss = watchOver(child.pid, { dataDir, throwAway });
  // A process that forgets to stop its cluster still ends, and the watcher cleans up.
  child.unref();
  const ended = child.status.then(dismiss);

  await waitUntilReady({ dataDir, pid: child.pid, ended, log, logStart });
  return {
    pid: child.pid,
    ended,
    async end(signal) {
      child.ref();
      try {
        child.kill(signal);
      } catch (error) {
        // It has ended by itself.
        if (!(error instanceof TypeError)) throw error;
      }
      await ended;
    },
  };
}

function watchOver(
  pid: number,
  { dataDir, throwAway }: { dataDir: string; throwAway: boolean },
): () => Promise<void> {
  const removed = throwAway ? dataDir : "";
  const watcher = new Deno.Command("/bin/sh", {
    args: ["-c", WATCH, "sh", String(pid), dataDir, String(ORPHANS_STOP), removed],
    stdin: "piped",
    stdout: "null",
    stderr: "null",
    cwd: "/",
    detached: true,
  }).spawn();
  watcher.unref();
  const writer = watcher.stdin.getWriter();

  return async () => {
    watcher.ref();
    // It may have been killed; then there is nobody to tell.
    await writer.write(new TextEncoder().encode("over\n")).catch(() => {});
    await writer.close().catch(() => {});
    await watcher.status;
  };
}

async function waitUntilReady(
  { dataDir, pid, ended, log, logStart }: {
    dataDir: string;
    pid: number;
    ended: Promise<void>;
    log: string;
    logStart: number;
  },
): Promise<void> {
  let gone = false;
  ended.then(() => gone = true);

  for (const end = Date.now() + READY_WITHIN_MS; Date.now() < end;) {
    if (gone) {
      const said = (await Deno.readTextFile(log)).slice(logStart).trim().slice(-2000);
      throw new StartError(`Cannot start Postgres in ${dataDir}: ${said}`);
    }
    // The format of postmaster.pid: miscadmin.h; pg_ctl looks at the same two lines.
    const lines = await Deno.readTextFile(join(dataDir, "postmaster.pid")).then(
      (text) => text.split("\n"),
      () => [],
    );
    if (Number(lines[0]) === pid && lines[7]?.trim() === "ready") return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new StartError(`Cannot start Postgres in ${dataDir}: not ready, see ${log}`);
}

async function sizeOf(path: string): Promise<number> {
  return await Deno.stat(path).then(({ size }) => size, () => 0);
}

async function keepLogSmall(log: string): Promise<void> {
  if (await sizeOf(log) > LOG_LIMIT_BYTES) await Deno.remove(log);
}
