import { Buffer } from "node:buffer";
import { ConnectionError, type SqlError, toSqlError } from "./postgres_errors.ts";
import { Scram } from "./scram.ts";
import * as wire from "./wire_messages.ts";

/** SQL with a name, under which each connection prepares it once. Values are in text format. */
export interface Statement {
  name: string;
  sql: string;
  values: Uint8Array[];
}

type Pending = { resolve(value: Uint8Array<ArrayBuffer> | null): void; reject(error: Error): void };

const decoder = new TextDecoder();
const READ_BYTES = 16_384;

/**
 * One connection, for one batch at a time. A batch is one round trip and one transaction: its
 * messages go out together and only the last one is a Sync.
 */
export class PostgresConnection {
  /** Called once, when the connection has ended in whichever way. */
  onClose: () => void = () => {};
  #conn: Deno.Conn;
  #password: string;
  #buffer = new Uint8Array(READ_BYTES);
  #filled = 0;
  #closed = false;
  #scram = new Scram();
  #pending: Pending | null = null;
  #value: Uint8Array<ArrayBuffer> | null = null;
  #error: SqlError | null = null;
  /** Statements that the server has prepared, and those whose ParseComplete is due. */
  #prepared = new Set<string>();
  #preparing: string[] = [];

  private constructor(conn: Deno.Conn, password: string) {
    this.#conn = conn;
    this.#password = password;
  }

  /** @param url `postgres://user:password@host:port/database` */
  static async open(url: string, settings: Record<string, string>): Promise<PostgresConnection> {
    const { hostname, port, username, password, pathname } = new URL(url);
    const conn = await Deno.connect({ hostname, port: Number(port) }).catch((error) => {
      throw new ConnectionError(`Cannot connect to Postgres: ${error.message}`);
    });
    conn.setNoDelay(true);

    const connection = new PostgresConnection(conn, decodeURIComponent(password));
    const ready = connection.#wait();
    connection.#listen();
    const user = decodeURIComponent(username);
    const database = decodeURIComponent(pathname.slice(1));
    connection.#send(wire.startup({ user, database, client_encoding: "UTF8", ...settings }));
    try {
      await ready;
    } catch (error) {
      connection.close();
      throw new ConnectionError(`Cannot connect to Postgres: ${messageOf(error)}`);
    }
    return connection;
  }

  /** The first column of the last statement's last row. */
  run(statements: Statement[]): Promise<Uint8Array<ArrayBuffer> | null> {
    const messages: Uint8Array[] = [];
    for (const { name, sql, values } of statements) {
      if (!this.#prepared.has(name)) {
        messages.push(wire.parse(name, sql));
        this.#preparing.push(name);
      }
      messages.push(wire.bind(name, values), wire.EXECUTE);
    }
    messages.push(wire.SYNC);

    const answer = this.#wait();
    this.#send(Buffer.concat(messages));
    return answer;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  close(): void {
    if (this.#closed) return;
    this.#conn.write(wire.TERMINATE).catch(() => {}).finally(() => this.#end("it was closed"));
  }

  #wait(): Promise<Uint8Array<ArrayBuffer> | null> {
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array<ArrayBuffer> | null>();
    this.#pending = { resolve, reject };
    if (this.#closed) this.#settle(new ConnectionError("Cannot ask Postgres: it is gone"));
    return promise;
  }

  async #send(bytes: Uint8Array): Promise<void> {
    try {
      for (let sent = 0; sent < bytes.length;) sent += await this.#conn.write(bytes.subarray(sent));
    } catch (error) {
      this.#end(messageOf(error));
    }
  }

  async #listen(): Promise<void> {
    try {
      for (;;) {
        const read = await this.#conn.read(this.#buffer.subarray(this.#filled));
        if (read === null) throw new Error("it closed the connection");
        this.#filled += read;
        this.#takeMessages();
      }
    } catch (error) {
      this.#end(messageOf(error));
    }
  }

  #takeMessages(): void {
    let at = 0;
    let needed = READ_BYTES;
    while (this.#filled - at >= 5) {
      const size = wire.int32At(this.#buffer, at + 1) + 1;
      if (this.#filled - at < size) {
        needed = size;
        break;
      }
      this.#take(this.#buffer[at] ?? 0, this.#buffer.subarray(at + 5, at + size));
      at += size;
    }

    const rest = this.#buffer.subarray(at, this.#filled);
    const isFull = rest.length === this.#buffer.length;
    if (needed > this.#buffer.length || isFull) this.#buffer = new Uint8Array(needed * 2);
    this.#buffer.set(rest);
    this.#filled = rest.length;
  }

  #take(type: number, body: Uint8Array): void {
    switch (String.fromCharCode(type)) {
      case "D":
        this.#value = wire.readFirstColumn(body);
        break;
      case "1": {
        const name = this.#preparing.shift();
        if (name !== undefined) this.#prepared.add(name);
        break;
      }
      case "2":
        this.#value = null;
        break;
      case "E":
        this.#error = toSqlError(wire.readFields(body));
        break;
      case "R":
        this.#authenticate(wire.int32At(body, 0), decoder.decode(body.subarray(4)));
        break;
      case "Z":
        this.#preparing = [];
        this.#settle(this.#error);
    }
  }

  /** https://www.postgresql.org/docs/17/protocol-flow.html */
  #authenticate(request: number, data: string): void {
    if (request === 3) this.#send(wire.password(this.#password));
    else if (request === 10) this.#send(wire.saslInitial("SCRAM-SHA-256", this.#scram.first()));
    else if (request === 11) this.#send(wire.saslAnswer(this.#scram.answer(data, this.#password)));
    else if (request === 12) this.#scram.verify(data);
    else if (request !== 0) throw new Error(`it asks for a login of kind ${request}`);
  }

  #settle(error: Error | null): void {
    const pending = this.#pending;
    const value = this.#value;
    this.#pending = this.#value = this.#error = null;
    if (error) pending?.reject(error);
    else pending?.resolve(value);
  }

  #end(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#conn.close();
    // A server that shuts down says so before it goes.
    this.#settle(this.#error ?? new ConnectionError(`Cannot ask Postgres: ${reason}`));
    this.onClose();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
