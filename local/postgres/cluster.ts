import { findFreePort } from "../free_port.ts";
import {
  createThrowAway,
  markOwner,
  openDataDirectory,
  removeAbandoned,
} from "./data_directory.ts";
import { type Postmaster, StartError, startPostmaster } from "./postmaster.ts";
import { prepareRuntime } from "./runtime.ts";

/** A Postgres of this process, bootstrapped as a new Supabase project is. */
export interface Cluster {
  /** `postgres://postgres:postgres@127.0.0.1:PORT/postgres`, a superuser. */
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  /** Of the first process; another one after `restart`. */
  readonly pid: number;
  /** Ends Postgres and removes a throw-away data directory. */
  stop(mode?: "fast" | "immediate"): Promise<void>;
  /** SIGKILL to the first process: what a power cut does to Postgres. */
  crash(): Promise<void>;
  /** Starts again on the same port and data, after a fast stop where it still runs. */
  restart(): Promise<void>;
}

const PORT_TRIES = 5;
const ORPHANS_WITHIN_MS = 10_000;

/**
 * Starts Postgres on 127.0.0.1.
 *
 * @param port 0 picks a free one.
 * @param dataDir kept and reused; without it, a throw-away one.
 * @param copyOf what a throw-away one begins with: the data directory of a Postgres that was stopped.
 * @param settings Postgres settings, e.g. `{ fsync: "off" }` for tests.
 */
export async function startCluster(
  { port, dataDir, copyOf, settings = {}, log = () => {} }: {
    port: number;
    dataDir?: string;
    copyOf?: string;
    settings?: Record<string, string>;
    log?: (line: string) => void;
  },
): Promise<Cluster> {
  const runtime = await prepareRuntime({ log });
  await removeAbandoned(runtime);
  const throwAway = dataDir === undefined;
  const folder = throwAway
    ? await createThrowAway(runtime, copyOf)
    : await openDataDirectory(runtime, dataDir);
  await markOwner(folder);

  async function startOn(port: number): Promise<Postmaster> {
    const postmaster = await startPatiently(() =>
      startPostmaster({ runtime, dataDir: folder, port, settings, throwAway })
    );
    log(`Postgres is up on port ${port}, process ${postmaster.pid}, data in ${folder}`);
    return postmaster;
  }

  let [postmaster, chosen] = await startOnSomePort(startOn, port).catch(async (error) => {
    if (throwAway) await Deno.remove(folder, { recursive: true });
    throw error;
  });

  return {
    url: `postgres://postgres:postgres@127.0.0.1:${chosen}/postgres`,
    port: chosen,
    dataDir: folder,
    get pid() {
      return postmaster.pid;
    },
    async stop(mode = "fast") {
      await postmaster.end(mode === "fast" ? "SIGINT" : "SIGQUIT");
      if (throwAway) await Deno.remove(folder, { recursive: true }).catch(ignoreMissing);
    },
    async crash() {
      await postmaster.end("SIGKILL");
    },
    async restart() {
      await postmaster.end("SIGINT");
      postmaster = await startOn(chosen);
    },
  };
}

async function startOnSomePort(
  startOn: (port: number) => Promise<Postmaster>,
  port: number,
): Promise<[Postmaster, number]> {
  if (port !== 0) {
    const postmaster = await startOn(port).catch((error) => {
      throw isTaken(error)
        ? new StartError(`Cannot start Postgres on port ${port}: another program is using it`)
        : error;
    });
    return [postmaster, port];
  }

  for (let tries = 1;; tries++) {
    const candidate = findFreePort();
    try {
      return [await startOn(candidate), candidate];
    } catch (error) {
      // Between the look and the start, somebody else may have taken the port.
      if (!isTaken(error) || tries === PORT_TRIES) throw error;
    }
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof StartError && error.message.includes("Address already in use");
}

/** After a crash, server processes of the old Postgres hold its shared memory until they notice. */
async function startPatiently(start: () => Promise<Postmaster>): Promise<Postmaster> {
  for (const end = Date.now() + ORPHANS_WITHIN_MS;;) {
    try {
      return await start();
    } catch (error) {
      const orphans = error instanceof StartError && error.message.includes("shared memory block");
      if (!orphans || Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
