import { pause } from "../../supabase/functions/_shared/pause.ts";
import type { ProjectKeys } from "../project_keys.ts";
import { createKeyReader } from "./api_keys.ts";
import { CONSOLE, createConsolePages } from "./console_pages.ts";
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
  /** Until then every request is answered with 503. */
  open(deps: GatewayDeps): void;
  stop(): Promise<void>;
}

export type GatewayDeps = {
  keys: ProjectKeys;
  /** A superuser's url; calls log in as PostgREST does, as `authenticator`. */
  databaseUrl: string;
  storage: StorageDoor;
  findFunction: FindFunction;
  /** Sees each call of a SQL function come and go; for whoever plays a broken network. */
  onRpc?: CallWatch;
  /** The same of calls of Storage, by their path. */
  onStorage?: CallWatch;
  /** The console's built page; absent: there is none. */
  consoleFolder?: string;
  idleTimeoutMs?: number;
  poolSize?: number;
  poolPatienceMs?: number;
};

/**
 * Called before a call is passed on (`answer` is null), and before its answer leaves; both wait for it.
 * `lose`: the call, or the answer, never arrives.
 */
export type CallWatch = (name: string, answer: Response | null) => Promise<"lose" | void>;

const FUNCTIONS = "/functions/v1";
const RPC = "/rest/v1/rpc/";
const STORAGE = "/storage/v1";
/** Answers under way may finish for so long. */
const STOP_PATIENCE_MS = 1000;

type Handle = (request: Request, address: string) => Response | Promise<Response>;

/** Listens on 127.0.0.1. Port 0 takes a free one. `onFault` hears of what was answered with 500. */
export function listenGateway(
  { port, onFault = (error) => console.error("Gateway:", error) }: {
    port: number;
    onFault?: (error: unknown) => void;
  },
): Gateway {
  const cut = new AbortController();
  const answerDown: Handle = () =>
    Response.json({ message: "The project is not up" }, { status: 503 });
  let handle = answerDown;
  let pool: PostgresPool | null = null;
  const underWay = new Set<Promise<void>>();
  const server = listen(port, cut.signal, onFault, (request, { remoteAddr, completed }) => {
    const over = completed.catch(() => {}).finally(() => underWay.delete(over));
    underWay.add(over);
    return handle(request, remoteAddr.hostname);
  });

  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    port: server.addr.port,
    open(deps) {
      pool = new PostgresPool({
        open: () => connect(deps.databaseUrl),
        size: deps.poolSize,
        patienceMs: deps.poolPatienceMs,
      });
      handle = createHandle(deps, new RpcDoor(pool.run));
    },
    async stop() {
      handle = answerDown;
      // Not by shutdown(): what hangs cannot be cut any more then, and an abort raises BadResource.
      const patience = new AbortController();
      await Promise.race([Promise.all(underWay), pause(STOP_PATIENCE_MS, patience.signal)]);
      patience.abort();
      cut.abort();
      await server.finished;
      pool?.close();
    },
  };
}

function createHandle(
  { keys, storage, findFunction, onRpc, onStorage, consoleFolder, idleTimeoutMs }: GatewayDeps,
  rpc: RpcDoor,
): Handle {
  const readKey = createKeyReader(keys);
  const toFunction = createFunctionsProxy({ find: findFunction, idleTimeoutMs });

  const toConsole = consoleFolder === undefined
    ? answerNotFound
    : createConsolePages({ folder: consoleFolder });

  return (request, address) => {
    const path = request.url.slice(request.url.indexOf("/", "http://".length));
    if (path.startsWith(`${FUNCTIONS}/`)) {
      return toFunction(request, path.slice(FUNCTIONS.length), address);
    }
    if (path.startsWith(RPC)) {
      const role = readKey(request.headers);
      if (role === null) return refuseKey();
      const name = decode(path.slice(RPC.length).split("?", 1)[0] ?? "");
      if (name === null) return answerNotFound();
      return watched(onRpc, name, () => rpc.answer(request, name, role));
    }
    if (path.startsWith(`${STORAGE}/`)) {
      const place = path.slice(STORAGE.length);
      return watched(
        onStorage,
        place,
        () => storage.answer(request, place, readKey(request.headers)),
      );
    }
    if (path === CONSOLE || path.startsWith(`${CONSOLE}/`) || path.startsWith(`${CONSOLE}?`)) {
      return toConsole(request, path.slice(CONSOLE.length));
    }
    return answerNotFound();
  };
}

function watched(
  watch: CallWatch | undefined,
  name: string,
  answer: () => Response | Promise<Response>,
): Response | Promise<Response> {
  return watch ? answerWatched(watch, name, answer) : answer();
}

async function answerWatched(
  watch: CallWatch,
  name: string,
  answer: () => Response | Promise<Response>,
): Promise<Response> {
  if (await watch(name, null) === "lose") return answerLost();
  const response = await answer();
  if (await watch(name, response) !== "lose") return response;
  await response.body?.cancel();
  return answerLost();
}

function listen(
  port: number,
  signal: AbortSignal,
  onFault: (error: unknown) => void,
  handle: Deno.ServeHandler<Deno.NetAddr>,
): Deno.HttpServer<Deno.NetAddr> {
  function onError(error: unknown): Response {
    onFault(error);
    return Response.json({ message: "An unexpected error occurred" }, { status: 500 });
  }
  try {
    return Deno.serve(
      { hostname: "127.0.0.1", port, signal, onListen: () => {}, onError },
      handle,
    );
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new Error(`Cannot listen on port ${port}: another program is using it`);
  }
}

async function connect(databaseUrl: string): Promise<PostgresConnection> {
  const url = new URL(databaseUrl);
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

function answerLost(): Response {
  return Response.json({ message: "Lost on the way" }, { status: 503 });
}

function answerNotFound(): Response {
  return Response.json({ message: "no Route matched with those values" }, { status: 404 });
}
