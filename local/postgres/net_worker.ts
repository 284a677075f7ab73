import type { Sql } from "postgres";
import { Latch } from "./latch.ts";
import { runBatch } from "./net_batch.ts";
import { connectSturdily } from "./sturdy_sql.ts";

/** The pg_net background worker. */
export interface NetWorker {
  /** Lets the batch under way finish for a moment; else that batch is sent again after a start. */
  stop(): Promise<void>;
  /** Plays dead after the batch under way: requests stay in the queue. */
  pause(): void;
  /** Comes back as the real worker does after a restart: with a look at the queue. */
  resume(): void;
}

/** net.check_worker_is_up looks for it in pg_stat_activity. */
const APPLICATION_NAME = "pg_net 0.20.4";
/** Between two rounds, and before the worker starts again after an error. */
const PAUSE_MS = 1000;
const STOP_PATIENCE_MS = 2000;

/**
 * Sends what net.http_post and its sisters queue in the database of `url`.
 *
 * Follows worker.c of pg_net 0.20.4, its faults included: an error rolls the batch back, and the
 * worker starts again and sends all of it a second time. Between two rounds it waits a second,
 * which the first commit since it last woke cuts short, but no later one.
 */
export function startNetWorker(
  { url, log = () => {} }: { url: string; log?: (line: string) => void },
): NetWorker {
  const stopping = new Latch();
  const halting = new AbortController();
  let stopped = false;
  let paused = false;
  let session: Session | null = null;

  async function run(): Promise<void> {
    while (!stopped) {
      session = new Session(url, { isPaused: () => paused, halted: halting.signal, log });
      try {
        await session.serve();
      } catch (error) {
        log(`pg_net worker: ${error instanceof Error ? error.message : String(error)}`);
      }
      if (!stopped) await stopping.wait(PAUSE_MS);
    }
  }

  const running = run();
  return {
    async stop() {
      stopped = true;
      stopping.set();
      session?.restart();
      const timer = setTimeout(() => halting.abort(), STOP_PATIENCE_MS);
      await running;
      clearTimeout(timer);
    },
    pause() {
      paused = true;
    },
    resume() {
      paused = false;
      session?.look();
    },
  };
}

/** One life of the worker: from its connection to the first error, or until it is told to end. */
class Session {
  #latch = new Latch();
  /** True at first: what was queued while no worker ran is looked for. */
  #shouldWake = true;
  #shouldEnd = false;

  constructor(
    readonly url: string,
    readonly deps: {
      isPaused: () => boolean;
      halted: AbortSignal;
      log: (line: string) => void;
    },
  ) {}

  /** A commit with a request in it. Only the first one since the last look sets the latch. */
  wake(): void {
    if (this.#shouldWake) return;
    this.#shouldWake = true;
    this.#latch.set();
  }

  look(): void {
    this.#shouldWake = true;
    this.#latch.set();
  }

  restart(): void {
    this.#shouldEnd = true;
    this.#latch.set();
  }

  async serve(): Promise<void> {
    const lost = Promise.withResolvers<never>();
    lost.promise.catch(() => {});
    const sql = connectSturdily(this.url, {
      max: 1,
      connection: { application_name: APPLICATION_NAME },
      onLost: () => lost.reject(new Error("the connection to Postgres is lost")),
    });
    const client = Deno.createHttpClient({});
    const ending = new AbortController();
    const signal = AbortSignal.any([ending.signal, this.deps.halted]);

    const working = this.#listenAndWork(sql, {
      fetch: (input, init) => fetch(input, { ...init, client }),
      signal,
    });
    try {
      await Promise.race([working, lost.promise]);
    } finally {
      this.restart();
      ending.abort();
      await sql.end({ timeout: 0 });
      await working.catch(() => {});
      client.close();
    }
  }

  async #listenAndWork(
    sql: Sql,
    deps: { fetch: typeof fetch; signal: AbortSignal },
  ): Promise<void> {
    await sql.listen(
      "pg_net",
      (payload) => payload === "restart" ? this.restart() : this.wake(),
      // Called again when the listening connection had to be made anew: a wake may be missing.
      () => this.wake(),
    );
    while (!this.#shouldEnd) {
      if (!this.#shouldWake || this.deps.isPaused()) {
        this.deps.log("pg_net worker: waiting for wake");
        await this.#latch.wait();
      } else if (await hasExtension(sql)) {
        this.#shouldWake = false;
        await this.#workUntilIdle(sql, deps);
      } else {
        await this.#latch.wait(PAUSE_MS);
      }
    }
  }

  async #workUntilIdle(
    sql: Sql,
    deps: { fetch: typeof fetch; signal: AbortSignal },
  ): Promise<void> {
    for (let busy = true; busy && !this.#shouldEnd && !this.deps.isPaused();) {
      busy = await sql.begin((transaction) => runBatch(transaction, deps));
      await this.#latch.wait(PAUSE_MS);
    }
  }
}

async function hasExtension(sql: Sql): Promise<boolean> {
  const [found] = await sql`select from pg_extension where extname = 'pg_net'`;
  return found !== undefined;
}
