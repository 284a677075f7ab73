import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Sql } from "postgres";
import { loadEnvironment } from "./env.ts";
import { type Functions, startFunctions } from "./functions/processes.ts";
import { type CallWatch, listenGateway } from "./gateway/server.ts";
import { createStorage } from "./gateway/storage.ts";
import type { Cluster } from "./postgres/cluster.ts";
import { type CronWorker, startCronWorker } from "./postgres/cron_worker.ts";
import { type NetWorker, startNetWorker } from "./postgres/net_worker.ts";
import { loadProjectKeys } from "./project_keys.ts";
import {
  type Cast,
  type Outside,
  outsideEnvironment,
  type PlayedServices,
  startOutside,
} from "./outside.ts";
import type { FalOptions } from "./simulators/fal/server.ts";
import { startDatabase } from "./stack_database.ts";
import { functionsEnvironment } from "./stack_environment.ts";
import { openStackFolder } from "./stack_folder.ts";

/** A whole pocket Supabase, and everyone outside it, in this process and its children. */
export interface Stack extends AsyncDisposable {
  /** `http://127.0.0.1:<port>` */
  readonly apiUrl: string;
  /** A superuser's. */
  readonly dbUrl: string;
  /** What every function sees. */
  readonly env: Record<string, string>;
  /** A superuser. */
  readonly sql: Sql;
  readonly cluster: Cluster;
  readonly netWorker: NetWorker;
  readonly cronWorker: CronWorker;
  readonly functions: Functions;
  /** Who is played outside. Each throws where nobody plays it. */
  readonly fal: Played<"fal">;
  readonly video: Played<"video">;
  readonly frame: Played<"frame">;
  readonly stitch: Played<"stitch">;
  readonly notification: Played<"notification">;
  readonly openai: Played<"openai">;
  stop(): Promise<void>;
}

type Played<Name extends keyof Outside> = NonNullable<Outside[Name]>;

export type StackOptions = {
  /** 0 takes a free one, as for the database. */
  apiPort?: number;
  dbPort?: number;
  /** Kept and reused; without it, everything is thrown away at the end. */
  dataDir?: string;
  /** Without `dataDir`: the data directory of a stopped Postgres to begin with a copy of. */
  copyOf?: string;
  /** Empties `dataDir` first. */
  fresh?: boolean;
  simulators?: boolean;
  /** Who does the work; without fal in the cast there is no FAL_KEY either. */
  providers?: Cast;
  /** How fal is played. */
  fal?: FalOptions;
  /** How the services are played. */
  services?: PlayedServices;
  /** The folder of the migrations to apply; all that there are by default. */
  migrations?: string;
  /** Postgres settings. */
  settings?: Record<string, string>;
  /** Variables for the functions; they win over the shell, which wins over the file. */
  env?: Record<string, string>;
  shell?: Record<string, string>;
  /** Starts each function when it is first asked for, as the platform does; all at once by default. */
  lazyFunctions?: boolean;
  /** Sees the functions' calls of SQL functions, and may lose them. */
  onRpc?: CallWatch;
  /** The same of calls of Storage. */
  onStorage?: CallWatch;
  log?: (line: string) => void;
};

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/**
 * Data that nobody keeps need not survive a power cut. But Postgres may be killed, and what it has
 * committed must be there again: synchronous_commit stays on, and pages are written as a whole.
 */
const THROW_AWAY = { fsync: "off" };

/** Starts everything, side by side where it can be, and resolves when a job can be posted. */
export async function startStack(
  {
    apiPort = 54321,
    dbPort = 54322,
    dataDir,
    copyOf,
    fresh = false,
    simulators = true,
    providers = "fal",
    fal,
    services,
    migrations,
    settings = dataDir === undefined ? THROW_AWAY : {},
    env: wanted = {},
    shell = Deno.env.toObject(),
    lazyFunctions = false,
    onRpc,
    onStorage,
    log = () => {},
  }: StackOptions = {},
): Promise<Stack> {
  // What was started is stopped in the opposite order, also when something here fails.
  await using started = new AsyncDisposableStack();

  const given = { ...await loadEnvironment({ root: ROOT, shell, log }), ...wanted };
  if (providers === "services") delete given.FAL_KEY;
  // First of all, because whoever holds the port owns the folder.
  const gateway = started.adopt(
    listenGateway({
      port: apiPort,
      onFault: (error) => log(`Gateway: ${error instanceof Error ? error.message : error}`),
    }),
    (gateway) => gateway.stop(),
  );
  const folder = started.adopt(
    await openStackFolder(dataDir, { fresh }),
    (folder) => folder.leave(),
  );
  const keys = await loadProjectKeys(folder.path);
  const outside = simulators
    ? started.adopt(
      await startOutside({ cast: providers, given, fal, services, log }),
      (outside) => outside.stop(),
    )
    : null;
  const env = functionsEnvironment({
    given,
    apiUrl: gateway.url,
    keys,
    outside: outside ? outsideEnvironment(outside) : {},
  });

  const database = startDatabase({
    root: ROOT,
    migrations,
    port: dbPort,
    dataDir: folder.postgres,
    copyOf,
    settings,
    env,
    log,
  });
  started.defer(async () => await (await database.catch(() => null))?.stop());
  const functions = startFunctions({ root: ROOT, env, lazy: lazyFunctions, shell, log });
  started.defer(async () => await (await functions.catch(() => null))?.stop());
  const [{ cluster, sql }, { find }] = await Promise.all([database, functions]);

  const storage = createStorage({ sql, folder: folder.storage, secret: keys.secret });
  gateway.open({
    keys,
    databaseUrl: cluster.url,
    storage,
    findFunction: find,
    onRpc,
    onStorage,
    consoleFolder: join(ROOT, "console/dist"),
  });
  const netWorker = started.adopt(
    startNetWorker({ url: cluster.url, log }),
    (worker) => worker.stop(),
  );
  const cronWorker = started.adopt(
    startCronWorker({ url: cluster.url, log }),
    (worker) => worker.stop(),
  );

  const running = started.move();
  function played<Name extends keyof Outside>(name: Name): Played<Name> {
    const one = outside?.[name];
    if (!one) throw new Error(`Cannot use ${name}: nobody plays it in this stack`);
    return one;
  }
  return {
    apiUrl: gateway.url,
    dbUrl: cluster.url,
    env,
    sql,
    cluster,
    netWorker,
    cronWorker,
    functions: await functions,
    get fal() {
      return played("fal");
    },
    get video() {
      return played("video");
    },
    get frame() {
      return played("frame");
    },
    get stitch() {
      return played("stitch");
    },
    get notification() {
      return played("notification");
    },
    get openai() {
      return played("openai");
    },
    // A second call waits for nothing, and does nothing.
    stop: () => running.disposeAsync(),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
