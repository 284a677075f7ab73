import { Socket } from "node:net";
import postgres, { type Sql } from "postgres";

/** Longer than a client needs to be given up, shorter than anybody waits for its end. */
const CLOSE_AFTER_MS = 100;

/**
 * A postgres.js client that outlives the death of Postgres: what was asked fails, what is asked next
 * is asked of a new client.
 *
 * By itself, postgres.js 3.4.9 goes on with a transaction on the connection that follows the lost
 * one, or writes to a socket that it has forgotten, an error that nobody can catch
 * (github.com/porsager/postgres/issues/1154); so is one while array types are fetched. A client
 * that has been ended refuses both.
 */
export function connectSturdily(
  url: string,
  { onLost = () => {}, ...options }: {
    max?: number;
    connection?: { application_name: string };
    /** Called when a connection has ended. */
    onLost?: () => void;
  } = {},
): Sql {
  const { hostname, port } = new URL(url);
  let current = connect();
  let ended = false;

  function connect(): Sql {
    const client = postgres(url, {
      ...options,
      fetch_types: false,
      max_lifetime: null,
      onnotice: () => {},
      ...{ socket: () => new SturdySocket(() => replace(client)).connect(Number(port), hostname) },
    });
    return client;
  }
  function replace(lost: Sql): void {
    onLost();
    if (ended || lost !== current) return;
    current = connect();
    lost.end({ timeout: 0 }).catch(() => {});
  }

  return new Proxy(current, {
    apply: (_, self, args) => Reflect.apply(current, self, args),
    get(_, name) {
      if (name === "end") ended = true;
      return Reflect.get(current, name);
    },
  });
}

/** Says at once that it is lost, and to each further write; that it is closed, a moment later. */
class SturdySocket extends Socket {
  #lost = false;
  #onLost: () => void;

  constructor(onLost: () => void) {
    super();
    this.#onLost = onLost;
  }

  override emit(event: string | symbol, ...args: unknown[]): boolean {
    if (event !== "close") return super.emit(event, ...args);
    this.#lost = true;
    this.#onLost();
    this.#complain();
    setTimeout(() => super.emit("close", ...args), CLOSE_AFTER_MS);
    return true;
  }

  /** As postgres.js calls it: bytes, and whom to tell. */
  override write(bytes: Uint8Array | string, ...[written]: unknown[]): boolean {
    if (this.#lost) {
      setTimeout(() => this.#complain());
      return true;
    }
    return super.write(bytes, (error) => {
      if (typeof written === "function") written(error);
    });
  }

  #complain(): void {
    if (this.listenerCount("error") === 0) return;
    const error = new Error("The connection to Postgres is lost");
    super.emit("error", Object.assign(error, { code: "CONNECTION_CLOSED" }));
  }
}
