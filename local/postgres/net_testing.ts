import { randomUUID } from "node:crypto";
import postgres, { type Sql } from "postgres";
import { type NetWorker, startNetWorker } from "./net_worker.ts";

/** What came in at a receiver. `path` is without its slash. */
export interface Arrival {
  path: string;
  body: string;
  headers: Headers;
}

/** An HTTP server on loopback that keeps an account of what arrives, and answers when told. */
export interface Receiver {
  url: string;
  arrivals: Arrival[];
  /** What happened, in order: `a arrived`, `a answered`. */
  events: string[];
  /** Requests to this path wait for an answer until the function it gives is called. */
  hold(path: string): () => void;
  /** Waits until that many requests have arrived. */
  arrived(count: number): Promise<void>;
  stop(): Promise<void>;
}

/** @param statuses answers by path; 200 for all others. */
export function startReceiver(statuses: Record<string, number> = {}): Receiver {
  const held = new Map<string, Promise<void>>();
  const arrivals: Arrival[] = [];
  const events: string[] = [];

  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const path = new URL(request.url).pathname.slice(1);
      arrivals.push({ path, body: await request.text(), headers: request.headers });
      events.push(`${path} arrived`);
      await held.get(path);
      events.push(`${path} answered`);
      return new Response(`seen ${path}`, { status: statuses[path] ?? 200 });
    },
  );

  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    arrivals,
    events,
    hold(path) {
      const { promise, resolve } = Promise.withResolvers<void>();
      held.set(path, promise);
      return () => {
        held.delete(path);
        resolve();
      };
    },
    async arrived(count) {
      await until(() => arrivals.length >= count, () => `${arrivals.length} of ${count} arrived`);
    },
    async stop() {
      await server.shutdown();
    },
  };
}

/** Asks again and again until the answer is yes. The time it may take decides nothing else. */
export async function until(
  answer: () => boolean | Promise<boolean>,
  explain: () => string = () => "",
): Promise<void> {
  for (const end = Date.now() + 20_000; Date.now() < end;) {
    if (await answer()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`Cannot go on: what was waited for did not happen. ${explain()}`);
}

/** A database of its own with pg_net in it, served by a worker of its own. */
export interface NetDatabase {
  sql: Sql;
  url: string;
  worker: NetWorker;
  log: string[];
  close(): Promise<void>;
}

/** In a running cluster. The real pg_net serves one database a cluster; the stand-in, any. */
export async function openNetDatabase(clusterUrl: string): Promise<NetDatabase> {
  const name = `net_${randomUUID().replaceAll("-", "")}`;
  await administer(clusterUrl, `create database ${name}`);
  const url = Object.assign(new URL(clusterUrl), { pathname: `/${name}` }).href;
  const sql = postgres(url, { onnotice: () => {} });
  await sql`create extension pg_net with schema extensions`;

  const log: string[] = [];
  const worker = startNetWorker({ url, log: (line) => log.push(line) });
  return {
    sql,
    url,
    worker,
    log,
    async close() {
      await worker.stop();
      await sql.end();
      await administer(clusterUrl, `drop database ${name} with (force)`);
    },
  };
}

async function administer(clusterUrl: string, statement: string): Promise<void> {
  const admin = postgres(clusterUrl, { max: 1, onnotice: () => {} });
  await admin.unsafe(statement);
  await admin.end();
}
