import { pause } from "../../supabase/functions/_shared/pause.ts";
import type { FunctionTarget } from "../gateway/functions_proxy.ts";
import type { FunctionProcess } from "./function_process.ts";

/** Keeps one function running from when it is begun: starts it again when it dies. */
export interface Keeper {
  /** Starts it, once; settled when it listens for the first time, or rejected when it does not. */
  begin(): Promise<void>;
  /** Where it listens now. Begins it. */
  find(): FunctionTarget;
  /** Settled when it listens, again where it was killed; rejected if it does not. Begins it. */
  ready(): Promise<void>;
  /** Its process now; null while there is none. */
  process(): FunctionProcess | null;
  /** To be called when `signal` was aborted; settled when nothing of it is left. */
  end(): Promise<void>;
}

type State = {
  running: FunctionProcess | null;
  listens: boolean;
  hasListened: boolean;
  ready: PromiseWithResolvers<void>;
  /** How often it has not come up. */
  failures: number;
};

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5000;
/** A process that lived for so long died of something new. */
const STABLE_AFTER_MS = 10_000;
const STOP_PATIENCE_MS = 2000;
/** Its port may have been taken in the moment between choosing and listening. */
const START_TRIES = 3;

/** @param signal ends the process, and starts no other one. */
export function createKeeper(
  { start, signal, log }: {
    start: () => FunctionProcess;
    signal: AbortSignal;
    log: (line: string) => void;
  },
): Keeper {
  const client = Deno.createHttpClient({ http2: false, poolMaxIdlePerHost: 256 });
  const state: State = {
    running: null,
    listens: false,
    hasListened: false,
    ready: Promise.withResolvers(),
    failures: 0,
  };
  let done: Promise<void> | null = null;
  let begun: Promise<void> | null = null;

  function begin(): Promise<void> {
    if (signal.aborted) return Promise.reject(new Error("Cannot start: it is being stopped"));
    done ??= keepRunning(state, { start, signal, log });
    return begun ??= state.ready.promise;
  }

  return {
    begin,
    find() {
      if (state.running && state.listens) return { origin: state.running.origin, client };
      return state.hasListened || signal.aborted
        ? { origin: null }
        : { origin: null, starting: begin().catch(() => {}) };
    },
    async ready() {
      await begin();
      await state.ready.promise;
    },
    process: () => state.running,
    async end() {
      await done;
      client.close();
      // Who waited for it waits no longer; perhaps nobody did.
      state.ready.promise.catch(() => {});
      state.ready.reject(new Error("Cannot wait: it was stopped"));
    },
  };
}

async function keepRunning(
  state: State,
  { start, signal, log }: {
    start: () => FunctionProcess;
    signal: AbortSignal;
    log: (line: string) => void;
  },
): Promise<void> {
  let rest = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    const since = Date.now();
    const ended = await runOnce(state, start, signal);
    if (signal.aborted) break;

    if (Date.now() - since > STABLE_AFTER_MS) rest = FIRST_PAUSE_MS;
    log(`${ended}, starting it again in ${rest} ms`);
    await pause(rest, signal);
    rest = Math.min(rest * 2, LONGEST_PAUSE_MS);
  }
}

/** @returns what became of it. Where the machine starts no process, or the folder is gone, that is no end of others. */
async function runOnce(
  state: State,
  start: () => FunctionProcess,
  signal: AbortSignal,
): Promise<string> {
  let process: FunctionProcess;
  try {
    process = start();
  } catch (error) {
    noteFailure(state, error);
    return `no process starts (${error instanceof Error ? error.message : error})`;
  }
  await keepOne(state, process, signal);
  return `process ${process.pid} has ended`;
}

function noteFailure(state: State, error: unknown): void {
  if (++state.failures === START_TRIES) state.ready.reject(error);
}

/** From the start of one process to its end. */
async function keepOne(
  state: State,
  process: FunctionProcess,
  signal: AbortSignal,
): Promise<void> {
  const end = () => endPolitely(process);
  signal.addEventListener("abort", end);
  state.running = process;
  process.ready.then(
    () => {
      if (state.running !== process) return;
      state.listens = true;
      state.hasListened = true;
      state.ready.resolve();
    },
    (error) => {
      noteFailure(state, error);
      // It hangs, or it has ended already; then this changes nothing.
      process.end("SIGKILL");
    },
  );

  await process.ended;
  signal.removeEventListener("abort", end);
  state.running = null;
  if (state.listens) {
    state.ready = Promise.withResolvers();
    // Whoever waits for it is told; perhaps nobody does.
    state.ready.promise.catch(() => {});
    state.failures = 0;
  }
  state.listens = false;
}

async function endPolitely(process: FunctionProcess): Promise<void> {
  process.end("SIGTERM");
  const timer = setTimeout(() => process.end("SIGKILL"), STOP_PATIENCE_MS);
  await process.ended;
  clearTimeout(timer);
}
