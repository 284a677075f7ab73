import { type ApiKeys, createKeyReader } from "./api_keys.ts";
import { createFunctionsProxy, type FindFunction } from "./functions_proxy.ts";
import { PostgresConnection } from "./postgres_connection.ts";
import { PostgresPool } from "./postgres_pool.ts";
import { RpcDoor } from "./rpc.ts";
import type { StorageDoor } from "./storage.ts";

/** The API port of the pocket Supabase. */
export interface Gateway {
  /** `http://127.0.0.1:<port>` */
  url: string;
  port: number;
  stop(): Promise<void>;
}

/** What stands behind the port. Null or throwing: not up yet, answered with 503. */
export type GatewayDeps = {
  keys: ApiKeys;
  /** A superuser's url; calls log in as PostgREST does, as `authenticator`. */
  databaseUrl: () => string | null;
  storage: () => StorageDoor | null;
  findFunction: FindFunction;
};

const FUNCTIONS = "/functions/v1";
const RPC = "/rest/v1/rpc/";
const STORAGE = "/storage/v1";
/** Answers under way may finish for so long. */
const STOP_PATIENCE_MS = 1000;

/** Listens on 127.0.0.1. Port 0 takes a free one. */
export function startGateway(
  { port, idleTimeoutMs, poolSize, poolPatienceMs, ...deps }: GatewayDeps & {
    port: number;
    idleTimeoutMs?: number;
    poolSize?: number;
    poolPatienceMs?: number;
  },
): Gateway {
  const readKey = createKeyReader(deps.keys);
  const toFunction = createFunctionsProxy({ find: deps.findFunction, idleTimeoutMs });
  const pool = new PostgresPool({
    open: () => connect(deps.databaseUrl()),
    size: poolSize,
    patienceMs: poolPatienceMs,
  });
  const rpc = new RpcDoor(pool.run);

  function handle(
    request: Request,
    { remoteAddr }: Deno.ServeHandlerInfo<Deno.NetAddr>,
  ): Response | Promise<Response> {
    const path = request.url.slice(request.url.indexOf("/", "http://".length));
    if (path.startsWith(`${FUNCTIONS}/`)) {
      return toFunction(request, path.slice(FUNCTIONS.length), remoteAddr.hostname);
    }
    if (path.startsWith(RPC)) {
      const role = readKey(request.headers);
      if (role === null) return refuseKey();
      const name = decode(path.slice(RPC.length).split("?", 1)[0] ?? "");
      return name === null ? answerNotFound() : rpc.answer(request, name, role);
    }
    if (path.startsWith(`${STORAGE}/`)) {
      const storage = deps.storage();
      return storage === null
        ? Response.json({ message: "Storage is not up yet" }, { status: 503 })
        : storage.answer(request, path.slice(STORAGE.length), readKey(request.headers));
    }
    return answerNotFound();
  }

  const cut = new AbortController();
  const server = listen(port, cut.signal, handle);
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    port: server.addr.port,
    async stop() {
      const timer = setTimeout(() => cut.abort(), STOP_PATIENCE_MS);
      await server.shutdown();
      clearTimeout(timer);
      pool.close();
    },
  };
}

function listen(
  port: number,
  signal: AbortSignal,
  handle: Deno.ServeHandler<Deno.NetAddr>,
): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve(
      { hostname: "127.0.0.1", port, signal, onListen: () => {}, onError: answerFault },
      handle,
    );
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new Error(`Cannot listen on port ${port}: another program is using it`);
  }
}

async function connect(databaseUrl: string | null): Promise<PostgresConnection> {
  const url = new URL(databaseUrl ?? "postgres://127.0.0.1:1/");
  url.username = "authenticator";
  return await PostgresConnection.open(url.href, {
    application_name: "gateway rpc",
    search_path: "public,extensions",
  });
}

function decode(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}

function refuseKey(): Response {
  return Response.json({ message: "Invalid API key" }, { status: 401 });
}

function answerNotFound(): Response {
  return Response.json({ message: "no Route matched with those values" }, { status: 404 });
}

function answerFault(error: unknown): Response {
  console.error("Gateway:", error);
  return Response.json({ message: "An unexpected error occurred" }, { status: 500 });
}
