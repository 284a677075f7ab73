import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";
import { gzipSync } from "node:zlib";

const MIB = 2 ** 20;

type Answer = (response: ServerResponse) => void;

/** What each path does with its first request. */
const FIRST: Record<string, Answer> = {
  // Slow for longer than anybody waits.
  "/slow-headers": () => {},
  "/slow-body": (response) => {
    response.writeHead(200, { "content-length": "1000" });
    response.write("slow");
  },
  "/endless": (response) => pour(response, Infinity),
  "/100-mb": (response) => {
    response.setHeader("content-length", `${100 * MIB}`);
    pour(response, 100);
  },
  "/gzip-bomb": (response) => {
    response.setHeader("content-encoding", "gzip");
    response.end(gzipSync(new Uint8Array(20 * MIB)));
  },
  "/301": (response) => response.writeHead(301, { location: "/elsewhere" }).end(),
  "/304": (response) => response.writeHead(304).end(),
  "/410": (response) => response.writeHead(410).end(),
  "/429-seconds": (response) => response.writeHead(429, { "retry-after": "600" }).end(),
  "/429-date": (response) => {
    const inTenMinutes = new Date(Date.now() + 600_000).toUTCString();
    response.writeHead(429, { "retry-after": inTenMinutes }).end();
  },
  "/429-absurd": (response) => response.writeHead(429, { "retry-after": "9".repeat(30) }).end(),
  "/hangs-up": (response) => response.destroy(),
};

export type Misbehaving = AsyncDisposable & {
  url: string;
  paths: string[];
  /** The webhook-ids that came to a path, in order. */
  idsAt(path: string): string[];
};

/** A server on loopback that misbehaves once at each of its paths, and is well from then on. */
export async function startMisbehaving(): Promise<Misbehaving> {
  const seen: { path: string; id: string }[] = [];
  const idsAt = (path: string) => seen.filter((one) => one.path === path).map(({ id }) => id);

  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? "";
    seen.push({ path, id: `${request.headers["webhook-id"]}` });
    request.resume().on("end", () => {
      if (idsAt(path).length === 1 && FIRST[path]) FIRST[path](response);
      else response.end("thanks");
    });
    // Whoever hangs up on it may.
    response.on("error", () => {});
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("Cannot listen");

  return {
    url: `http://127.0.0.1:${address.port}`,
    paths: Object.keys(FIRST),
    idsAt,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** So many MiB, no faster than they are taken. */
async function pour(response: ServerResponse, mib: number): Promise<void> {
  const chunk = new Uint8Array(MIB).fill(0x79);
  for (let i = 0; i < mib && !response.destroyed; i++) {
    if (!response.write(chunk)) {
      await Promise.race([once(response, "drain"), once(response, "close")]);
    }
  }
  response.end();
}
