import type { FindFunction } from "../gateway/functions_proxy.ts";
import { findFunctions } from "./find_functions.ts";
import { startFunctionProcess } from "./function_process.ts";
import { createKeeper, type Keeper } from "./keeper.ts";

/** The functions of a project, each in a process of its own that is started again when it dies. */
export interface Functions {
  names: string[];
  /** For the gateway: where a function listens now. Starts one that waits to be asked for. */
  find: FindFunction;
  /** Of its process now; null while there is none. */
  pidOf(name: string): number | null;
  /** SIGKILL, as a crash is; settled when the process has ended. It is started again. */
  kill(name: string): Promise<void>;
  /** Settled when the function listens, again where it was killed. Rejected if it does not. */
  ready(name: string): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts the functions below `root`, all at once, and waits until each listens.
 *
 * @param names only these.
 * @param lazy each is started when it is first asked for instead, as the platform does.
 * @param shell where Deno's own variables are taken from.
 * @param log gets what they print, and what becomes of them; absent: their output goes nowhere.
 * @throws when one of them does not come up; none is left running then.
 */
export async function startFunctions(
  { root, env, names, lazy = false, shell = Deno.env.toObject(), log }: {
    root: string;
    env: Record<string, string>;
    names?: string[];
    lazy?: boolean;
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
    const start = () =>
      startFunctionProcess({
        ...{ name, entry, env, shell },
        log: log && ((line) => log(`${name}: ${line}`)),
      });
    keepers.set(name, createKeeper({ start, signal: stopping.signal, log: log ?? (() => {}) }));
  }

  async function stop(): Promise<void> {
    stopping.abort();
    await Promise.all([...keepers.values()].map((keeper) => keeper.end()));
  }
  try {
    if (!lazy) await Promise.all([...keepers.values()].map((keeper) => keeper.begin()));
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    names: [...keepers.keys()],
    find: (name) => keepers.get(name)?.find() ?? null,
    pidOf: (name) => keepers.get(name)?.process()?.pid ?? null,
    async kill(name) {
      const running = keepers.get(name)?.process();
      running?.end("SIGKILL");
      await running?.ended;
    },
    async ready(name) {
      const keeper = keepers.get(name);
      if (!keeper) throw new Error(`Cannot wait for function ${name}: there is none`);
      await keeper.ready();
    },
    stop,
  };
}
