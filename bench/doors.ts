import type { Sql } from "postgres";
import { PROJECT_ROOT } from "../tools/project_root.ts";
import { loadEnvironment } from "../local/env.ts";
import { startFunctions } from "../local/functions/processes.ts";
import { listenGateway } from "../local/gateway/server.ts";
import { createStorage } from "../local/gateway/storage.ts";
import { loadProjectKeys } from "../local/project_keys.ts";
import { functionsEnvironment } from "../local/stack_environment.ts";
import { openStackFolder } from "../local/stack_folder.ts";
import { startDurable } from "./durable_database.ts";
import type { Peer } from "./peers/processes.ts";

/** Postgres, the gateway and some functions, and nobody else: no runner, no sweep, no pg_net. */
export interface Doors extends AsyncDisposable {
  sql: Sql;
  dbUrl: string;
  apiUrl: string;
  env: Record<string, string>;
  /** Where a function's own process listens, past the gateway. */
  originOf(name: string): string;
  pidOf(name: string): number;
  databasePid: number;
}

/**
 * Starts them with durable commits.
 *
 * @param through starts what stands between the functions and the gateway
 * @param more variables of the functions besides those of an installation
 */
export async function startDoors(
  names: string[],
  { through, more = {} }: {
    through?: (apiUrl: string) => Promise<Peer>;
    more?: Record<string, string>;
  } = {},
): Promise<Doors> {
  await using started = new AsyncDisposableStack();
  const shell = Deno.env.toObject();
  const given = await loadEnvironment({ root: PROJECT_ROOT, shell, log: () => {} });
  const gateway = started.adopt(listenGateway({ port: 0 }), (gateway) => gateway.stop());
  const folder = started.adopt(await openStackFolder(undefined), (folder) => folder.leave());
  const keys = await loadProjectKeys(folder.path);
  const between = through ? started.use(await through(gateway.url)) : null;
  const apiUrl = between?.origin ?? gateway.url;
  const env = { ...functionsEnvironment({ given, apiUrl, keys, outside: {} }), ...more };

  const { cluster, sql } = started.adopt(
    await startDurable(env),
    (database) => database.stop(),
  );
  const functions = started.adopt(
    // Nobody reads their log, as nobody reads what their peers print.
    await startFunctions({ root: PROJECT_ROOT, env, names, shell }),
    (functions) => functions.stop(),
  );
  const storage = createStorage({ sql, folder: folder.storage, secret: keys.secret });
  gateway.open({ keys, databaseUrl: cluster.url, storage, findFunction: functions.find });

  const running = started.move();
  return {
    sql,
    dbUrl: cluster.url,
    apiUrl: gateway.url,
    env,
    databasePid: cluster.pid,
    originOf(name) {
      const origin = functions.find(name)?.origin ?? null;
      if (origin === null) throw new Error(`Cannot measure ${name}: it does not run`);
      return origin;
    },
    pidOf(name) {
      const pid = functions.pidOf(name);
      if (pid === null) throw new Error(`Cannot measure ${name}: it does not run`);
      return pid;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
