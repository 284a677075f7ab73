import type { FindFunction } from "../gateway/functions_proxy.ts";
import { findFunctions } from "./find_functions.ts";
import { type FunctionProcess, startFunctionProcess } from "./function_process.ts";

/** The functions of a project, each in a process of its own that is started again when it dies. */
export interface Functions {
  names: string[];
  /** For the gateway: where a function listens now. */
  find: FindFunction;
  /** Of its process now; null while there is none. */
  pidOf(name: string): number | null;
  /** SIGKILL, as a crash is; settled when the process has ended. It is started again. */
  kill(name: string): Promise<void>;
  /** Settled when the function listens, again where it was killed. Rejected if it does not. */
  ready(name: string): Promise<void>;
  stop(): Promise<void>;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5000;
/** A process that lived for so long died of something new. */
const STABLE_AFTER_MS = 10_000;
const STOP_PATIENCE_MS = 2000;
/** Its port may have been taken in the moment between choosing and listening. */
const START_TRIES = 3;

type Keeper = {
  running: FunctionProcess | null;
  listens: boolean;
  client: Deno.HttpClient;
  ready: PromiseWithResolvers<void>;
  /** How often it has not come up. */
  failures: number;
  done: Promise<void>;
};

/**
 * Starts the functions below `root`, all at once, and waits until each listens.
 *
 * @param names only these.
 * @param shell where Deno's own variables are taken from.
 * @throws when one of them does not come up; none is left running then.
 */
export async function startFunctions(
  { root, env, names, shell = Deno.env.toObject(), log = () => {} }: {
    root: string;
    env: Record<string, string>;
    names?: string[];
    shell?: Record<string, string>;
    log?: (line: string) => void;
  },
): Promise<Functions> {
  const entries = await findFunctions(root);
  const missing = names?.find((name) => !entries.has(name));
  if (missing) throw new Error(`Cannot start function ${missing}: it has no index.ts`);

  const stopping = new AbortController();
  const keepers = new Map<string, Keeper>();
  for (const [name, entry] of entries) {
    if (names && !names.includes(name)) continue;
    const keeper: Keeper = {
      running: null,
      listens: false,
      client: Deno.createHttpClient({ http2: false, poolMaxIdlePerHost: 256 }),
      ready: Promise.withResolvers(),
      failures: 0,
      done: Promise.resolve(),
    };
    const start = () =>
      startFunctionProcess({ name, entry, env, shell, log: (line) => log(`${name}: ${line}`) });
    keeper.done = keepRunning(keeper, start, stopping.signal, log);
    keepers.set(name, keeper);
  }

  async function stop(): Promise<void> {
    stopping.abort();
    await Promise.all([...keepers.values()].map(({ done }) => done));
  }
  try {
    await Promise.all([...keepers.values()].map(({ ready }) => ready.promise));
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    names: [...keepers.keys()],
    find(name) {
      const keeper = keepers.get(name);
      if (!keeper) return null;
      return keeper.running && keeper.listens
        ? { origin: keeper.running.origin, client: keeper.client }
        : { origin: null };
    },
    pidOf: (name) => keepers.get(name)?.running?.pid ?? null,
    async kill(name) {
      const running = keepers.get(name)?.running;
      running?.end("SIGKILL");
      await running?.ended;
    },
    ready: (name) =>
      keepers.get(name)?.ready.promise ??
        Promise.reject(new Error(`Cannot wait for function ${name}: there is none`)),
    stop,
  };
}

async function keepRunning(
  keeper: Keeper,
  start: () => FunctionProcess,
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<void> {
  let pause = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    const since = Date.now();
    const process = start();
    await keepOne(keeper, process, signal);
    if (signal.aborted) break;

    if (Date.now() - since > STABLE_AFTER_MS) pause = FIRST_PAUSE_MS;
    log(`process ${process.pid} has ended, starting it again in ${pause} ms`);
    await sleep(pause, signal);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
  keeper.client.close();
}

/** From the start of one process to its end. */
async function keepOne(
  keeper: Keeper,
  process: FunctionProcess,
  signal: AbortSignal,
): Promise<void> {
  const end = () => endPolitely(process);
  signal.addEventListener("abort", end);
  keeper.running = process;
  process.ready.then(
    () => {
      if (keeper.running !== process) return;
      keeper.listens = true;
      keeper.ready.resolve();
    },
    (error) => {
      if (++keeper.failures === START_TRIES) keeper.ready.reject(error);
      // It hangs, or it has ended already; then this changes nothing.
      process.end("SIGKILL");
    },
  );

  await process.ended;
  signal.removeEventListener("abort", end);
  keeper.running = null;
  if (keeper.listens) {
    keeper.ready = Promise.withResolvers();
    // Whoever waits for it is told; perhaps nobody does.
    keeper.ready.promise.catch(() => {});
    keeper.failures = 0;
  }
  keeper.listens = false;
}

async function endPolitely(process: FunctionProcess): Promise<void> {
  process.end("SIGTERM");
  const timer = setTimeout(() => process.end("SIGKILL"), STOP_PATIENCE_MS);
  await process.ended;
  clearTimeout(timer);
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
  });
}
