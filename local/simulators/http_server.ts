import { Buffer } from "node:buffer";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/** `cut` drops the connection without an answer; a Response is sent, one that is cut off by half. */
export type Reply = Response | "cut" | { cutOff: Response };

export type HttpServer = {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  url: string;
  /** Connections are refused until `resume`. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
};

/**
 * Serves on loopback. Unlike `Deno.serve` it can cut a connection that it has read a request from.
 * Port 0 takes a free one; `pause` and `resume` keep it.
 */
export async function serveHttp(
  { port = 0, handle }: { port?: number; handle: (request: Request) => Promise<Reply> },
): Promise<HttpServer> {
  let origin = "http://127.0.0.1";
  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing, origin, handle).catch(() => incoming.socket.destroy());
  });
  const open = (at: number) =>
    new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(at, "127.0.0.1", () => {
        server.off("error", reject);
        resolve();
      });
    });
  const close = () =>
    new Promise<void>((resolve) => {
      if (!server.listening) return resolve();
      server.close(() => resolve());
      server.closeAllConnections();
    });
  await open(port);
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("Cannot serve: no port");
  origin = `http://127.0.0.1:${address.port}`;
  return { url: origin, pause: close, resume: () => open(address.port), stop: close };
}

async function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  origin: string,
  handle: (request: Request) => Promise<Reply>,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  const method = incoming.method ?? "GET";
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  const body = method === "GET" || method === "HEAD" ? null : new Uint8Array(Buffer.concat(chunks));
  const target = new URL(incoming.url ?? "/", origin);
  const reply = await handle(new Request(target, { method, headers, body }));
  if (reply === "cut") {
    incoming.socket.destroy();
    return;
  }
  const whole = "cutOff" in reply ? reply.cutOff : reply;
  const bytes = new Uint8Array(await whole.arrayBuffer());
  const length = whole.headers.get("content-length") ?? String(bytes.length);
  outgoing.writeHead(whole.status, {
    ...Object.fromEntries(whole.headers),
    "content-length": length,
  });
  if (whole !== reply) {
    outgoing.write(bytes.subarray(0, bytes.length / 2), () => incoming.socket.destroy());
    return;
  }
  outgoing.end(method === "HEAD" ? undefined : bytes);
}
