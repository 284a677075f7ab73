import type { PostgresConnection, Statement } from "./postgres_connection.ts";

/** Runs statements in one transaction; answers the first column of the last one's last row. */
export type RunBatch = (statements: Statement[]) => Promise<Uint8Array<ArrayBuffer> | null>;

/** Every connection was busy for too long. */
export class PoolTimeout extends Error {
  override name = "PoolTimeout";
}

type Waiter = { resolve(connection: PostgresConnection): void; reject(error: unknown): void };

/**
 * Up to `size` connections, opened when needed and replaced when they are lost. A batch has its
 * connection for itself, so that one that waits for a lock holds up no other.
 */
export class PostgresPool {
  #open: () => Promise<PostgresConnection>;
  #size: number;
  #patienceMs: number;
  #connections = new Set<PostgresConnection>();
  #opening = 0;
  #idle: PostgresConnection[] = [];
  #waiters: Waiter[] = [];

  constructor(
    { open, size = 10, patienceMs = 10_000 }: {
      open: () => Promise<PostgresConnection>;
      size?: number;
      patienceMs?: number;
    },
  ) {
    this.#open = open;
    this.#size = size;
    this.#patienceMs = patienceMs;
  }

  /**
   * @throws {PoolTimeout} {ConnectionError} {SqlError}
   */
  run: RunBatch = async (statements) => {
    const connection = this.#idle.pop() ?? await this.#acquire();
    try {
      return await connection.run(statements);
    } finally {
      if (!connection.isClosed) this.#release(connection);
    }
  };

  close(): void {
    for (const connection of this.#connections) connection.close();
  }

  #acquire(): Promise<PostgresConnection> {
    const { promise, resolve, reject } = Promise.withResolvers<PostgresConnection>();
    const timer = setTimeout(() => {
      this.#waiters = this.#waiters.filter((other) => other !== waiter);
      reject(new PoolTimeout("Timed out acquiring connection from connection pool."));
    }, this.#patienceMs);
    const waiter: Waiter = {
      resolve(connection) {
        clearTimeout(timer);
        resolve(connection);
      },
      reject(error) {
        clearTimeout(timer);
        reject(error);
      },
    };
    this.#waiters.push(waiter);
    this.#grow();
    return promise;
  }

  async #grow(): Promise<void> {
    if (this.#connections.size + this.#opening >= this.#size) return;
    if (this.#opening >= this.#waiters.length) return;

    this.#opening++;
    try {
      const connection = await this.#open();
      this.#connections.add(connection);
      connection.onClose = () => this.#forget(connection);
      if (connection.isClosed) this.#forget(connection);
      else this.#release(connection);
    } catch (error) {
      this.#waiters.shift()?.reject(error);
    } finally {
      this.#opening--;
    }
  }

  #release(connection: PostgresConnection): void {
    const waiter = this.#waiters.shift();
    if (waiter) waiter.resolve(connection);
    else this.#idle.push(connection);
  }

  #forget(connection: PostgresConnection): void {
    this.#connections.delete(connection);
    this.#idle = this.#idle.filter((other) => other !== connection);
    this.#grow();
  }
}
