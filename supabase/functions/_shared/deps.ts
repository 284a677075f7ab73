import { type CountAnswer, createDoorCounts } from "./door_counts.ts";
import { connectDatabase, type Database, DatabaseError } from "./database.ts";
import { databaseAddress, type Get } from "./env.ts";
import { createLog, type Log } from "./log.ts";
import { pause } from "./pause.ts";
import { createSentry } from "./sentry.ts";
import { waitUntil } from "./wait_until.ts";

/** All that a door needs of the world. */
export type Deps = {
  get: Get;
  db: Database;
  fetch: typeof fetch;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Resolves after so many milliseconds. */
  wait: (ms: number) => Promise<void>;
  /** Keeps the isolate alive for work that goes on after the answer. */
  later: (work: Promise<unknown>) => void;
  log: Log;
  /** Makes what counts a door's answers; absent: nobody counts. */
  counts?: (door: string) => CountAnswer;
};

/** The real world, for index.ts. */
export function realDeps(): Deps {
  const get: Get = (name) => Deno.env.get(name);
  const write = createLog((line) => console.log(line));
  const world = {
    get,
    fetch: (input: Parameters<typeof fetch>[0], init?: RequestInit) => fetch(input, init),
    now: () => Date.now(),
    wait: (ms: number) => pause(ms),
    later: (work: Promise<unknown>) => waitUntil(work),
  };
  const report = createSentry({ ...world, log: write });
  const log: Log = report === null ? write : (event, fields) => {
    write(event, fields);
    report(event, fields);
  };

  const deps = { ...world, db: database(world, log), log };
  return { ...deps, counts: (door) => createDoorCounts(door, deps) };
}

/** Without an address the doors still stand: they check, refuse, and answer 503 in the end. */
function database({ get, fetch }: Pick<Deps, "get" | "fetch">, log: Log): Database {
  const address = databaseAddress(get);
  if ("url" in address) return connectDatabase(address.url, address.key, { fetch });

  log("database.not_configured", { missing: address.missing });
  return {
    call: (name) =>
      Promise.reject(
        new DatabaseError(`Cannot call ${name}: ${address.missing} is not set`, "", true),
      ),
  };
}
