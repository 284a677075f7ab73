import { connectDatabase, type Database, DatabaseError } from "./database.ts";
import { databaseAddress, type Get } from "./env.ts";
import { createLog, type Log } from "./log.ts";
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
};

/** The real world, for index.ts. */
export function realDeps(): Deps {
  const get: Get = (name) => Deno.env.get(name);
  const log = createLog((line) => console.log(line));

  return {
    get,
    db: database(get, log),
    fetch: (input, init) => fetch(input, init),
    now: () => Date.now(),
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    later: (work) => waitUntil(work),
    log,
  };
}

/** Without an address the doors still stand: they check, refuse, and answer 503 in the end. */
function database(get: Get, log: Log): Database {
  const address = databaseAddress(get);
  if ("url" in address) return connectDatabase(address.url, address.key);

  log("database.not_configured", { missing: address.missing });
  return {
    call: (name) =>
      Promise.reject(
        new DatabaseError(`Cannot call ${name}: ${address.missing} is not set`, "", true),
      ),
  };
}
