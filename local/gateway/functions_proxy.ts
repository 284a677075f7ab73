/**
 * Where a function's process listens. `origin` null: it should run and does not, or it is being
 * started for the first time; `starting` is settled once that has come to an end.
 */
export type FunctionTarget =
  | { origin: string; client: Deno.HttpClient }
  | { origin: null; starting?: Promise<void> };

/** Null when there is no function of that name. */
export type FindFunction = (name: string) => FunctionTarget | null;

/** What a sender may not say about itself: the platform overwrites or drops all of these. */
const ADDRESS_HEADERS = [
  "forwarded",
  "x-client-ip",
  "x-cluster-client-ip",
  "x-original-forwarded-for",
  "true-client-ip",
  "fastly-client-ip",
  "fly-client-ip",
  "cf-connecting-ipv6",
  "cf-pseudo-ipv4",
];
/** They belong to one connection (RFC 9110, 7.6.1). */
const HOP_HEADERS = [
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/** fetch sends none of these (https://fetch.spec.whatwg.org/#forbidden-method). */
const UNSENDABLE = ["CONNECT", "TRACE", "TRACK"];

/**
 * Passes `/functions/v1/<name>/*` to the function's process, which sees `/<name>/*`. Bodies are
 * streamed. A function that has not begun to answer after `idleTimeoutMs` is answered for with 504,
 * and works on.
 */
export function createFunctionsProxy(
  { find, idleTimeoutMs = 150_000 }: { find: FindFunction; idleTimeoutMs?: number },
): (request: Request, path: string, address: string) => Promise<Response> {
  return async (request, path, address) => {
    const name = nameOf(path);
    let target = find(name);
    if (target?.origin === null && target.starting) {
      await target.starting;
      target = find(name);
    }
    if (target === null) {
      return answer(404, "NOT_FOUND", "Requested function was not found");
    }
    if (target.origin === null) {
      return answer(503, "BOOT_ERROR", "Function failed to start (please check logs)");
    }

    if (UNSENDABLE.includes(request.method)) {
      return Response.json({ error: "Method not allowed" }, { status: 405 });
    }

    const { promise: idled, resolve: idle } = Promise.withResolvers<null>();
    const timer = setTimeout(() => idle(null), idleTimeoutMs);
    try {
      const response = fetch(target.origin + path, {
        method: request.method,
        headers: forwardedHeaders(request, address),
        body: request.body,
        redirect: "manual",
        client: target.client,
      });
      const first = await Promise.race([response, idled]);
      if (first === null) {
        response.then((late) => late.body?.cancel()).catch(() => {});
        return answer(504, "IDLE_TIMEOUT", "Request idle timeout limit reached");
      }
      return passOn(first);
    } catch (error) {
      return answerBroken(error);
    } finally {
      clearTimeout(timer);
    }
  };
}

function nameOf(path: string): string {
  const end = path.slice(1).search(/[/?]/);
  return end < 0 ? path.slice(1) : path.slice(1, end + 1);
}

function forwardedHeaders(request: Request, address: string): Headers {
  const headers = new Headers(request.headers);
  for (const name of ADDRESS_HEADERS) headers.delete(name);
  for (const name of HOP_HEADERS) headers.delete(name);
  headers.set("x-forwarded-for", address);
  headers.set("x-real-ip", address);
  headers.set("cf-connecting-ip", address);
  headers.set("x-forwarded-proto", "http");
  const host = headers.get("host");
  if (host !== null) {
    headers.set("x-forwarded-host", host);
    headers.set("x-forwarded-port", host.split(":")[1] ?? "80");
    headers.delete("host");
  }
  // fetch would ask for compression by itself, and undo it.
  headers.set("accept-encoding", "identity");
  return headers;
}

function passOn(response: Response): Response {
  const headers = new Headers(response.headers);
  for (const name of HOP_HEADERS) headers.delete(name);
  return new Response(response.body, { status: response.status, headers });
}

function answerBroken(error: unknown): Response {
  const cause = error instanceof Error ? String(error.cause) : "";
  // The sender's connection broke in mid-body, or what came was no body.
  if (/request body|invalid HTTP\/1 request/.test(cause)) {
    return Response.json({ error: "Invalid request" }, { status: 400 });
  }
  return cause.includes("client error (Connect)")
    ? answer(503, "BOOT_ERROR", "Function failed to start (please check logs)")
    : answer(500, "WORKER_ERROR", "Function exited due to an error (please check logs)");
}

/** https://supabase.com/docs/guides/functions/error-codes */
function answer(status: number, code: string, message: string): Response {
  return Response.json({ code, message }, { status, headers: { "sb-error-code": code } });
}
