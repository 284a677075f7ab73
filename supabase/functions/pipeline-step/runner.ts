import type { Deps } from "../_shared/deps.ts";
import { optional, readSecrets, webhookBaseUrl } from "../_shared/env.ts";
import { postBell } from "../_shared/post_bell.ts";
import { configureProviders } from "../_shared/providers.ts";
import { type ClaimedWork, claimWork, ringBell } from "../_shared/transitions/work.ts";
import { boundRuns } from "./bounded_runs.ts";
import { startDeliveries } from "./start_deliveries.ts";
import { createTurns } from "./in_turn.ts";
import { createPassedRings } from "./passed_rings.ts";
import { perform } from "./perform.ts";
import { retryWhileAway } from "./retry_while_away.ts";
import { type Budget, runWork } from "./run_work.ts";

/** Well below the 150 seconds that a hosted isolate lives at least. */
const BUDGET: Budget = { pieces: 500, time: 100_000, inFlight: 10 };
/** Of an isolate: eighty pieces of work at a time, beside what runs have left whose budget is spent. */
const MOST_RUNS = 8;

export type RunnerOptions = {
  budget?: Budget;
  mostRuns?: number;
  /** Aborted when the isolate is told to go: the run ends, and a successor is rung for. */
  stopping?: AbortSignal;
  /** Sleeps `ms`, or until the signal aborts. */
  pause: (ms: number, signal?: AbortSignal) => Promise<void>;
};

export type Runner = (by: { answersBell: boolean }) => Promise<void>;

/** Wires a run of work to the database, the providers and the clients that deliveries go to. */
export function createRunner(
  { get, db, fetch, now, log }: Deps,
  { budget = BUDGET, mostRuns = MOST_RUNS, stopping = new AbortController().signal, pause }:
    RunnerOptions,
): Runner {
  const providers = configureProviders({ get, fetch, now, log });
  const storesAllFilms = optional(get, "STORE_FILMS") === "always";
  const inTurn = createTurns();
  const rings = createPassedRings();
  let watching = false;

  async function ring({ deaf }: { deaf: boolean }): Promise<void> {
    if (!deaf) {
      await ringBell(db);
      return;
    }
    const baseUrl = webhookBaseUrl(get);
    const secrets = readSecrets(get, "PIPELINE_BELL_SECRET");
    const reason = await postBell({ baseUrl, secrets, fetch, now });
    if (reason !== null) log("bell.not_rung", { reason });
  }

  let isDeaf = false;
  const deliveries = startDeliveries({
    get,
    db,
    fetch,
    now,
    log,
    pause,
    stopping,
    ring: () => ring({ deaf: isDeaf }),
  });

  async function claim(by: { limit: number; answersBell: boolean }): Promise<ClaimedWork> {
    const claimed = await retryWhileAway(
      () =>
        claimWork(db, {
          ...by,
          providers: providers.steps,
          announced: providers.announced,
          storesAllFilms,
          withoutDeliveries: true,
        }),
      pause,
    );
    isDeaf = claimed.deaf;
    if (claimed.deliveries_due) deliveries.wake();
    return claimed;
  }

  /** Runs whose budget is spent, with a piece that takes long: they hold up no successor. */
  const leaving = new Set<Promise<void>>();

  async function work({ answersBell }: { answersBell: boolean }): Promise<void> {
    const spent = Promise.withResolvers<void>();
    const run = runWork({
      claim,
      perform: (work) =>
        perform({
          db,
          providers,
          send: deliveries.send,
          sleep: pause,
          inTurn,
          log,
        }, work),
      ring(by) {
        spent.resolve();
        return ring(by);
      },
      sleep: pause,
      startWatch() {
        if (watching) return null;
        watching = true;
        return () => watching = false;
      },
      hearRing: rings.hear,
      now,
      log,
      budget,
      stopping,
    }, { answersBell });
    await Promise.race([run, spent.promise]);
    if (leaving.size >= mostRuns) return await run;
    const left = run.catch((error) => log("run.failed", { error }))
      .finally(() => leaving.delete(left));
    leaving.add(left);
  }

  const start = boundRuns(work, {
    most: mostRuns,
    pass: rings.pass,
    answer: async () => void await claim({ limit: 0, answersBell: true }),
  });
  return async (by) => {
    try {
      await start(by);
    } finally {
      await Promise.all([deliveries.idle(), ...leaving]);
    }
  };
}
