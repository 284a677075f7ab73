/** A row of net.http_request_queue. */
export interface QueuedRequest {
  id: string;
  method: string;
  url: string;
  headers: Record<string, unknown> | null;
  body: Uint8Array | null;
  timeout_milliseconds: number;
}

/** A row of net._http_response, without `created`. */
export interface RecordedResponse {
  id: string;
  status_code: number | null;
  content_type: string | null;
  headers: Record<string, string> | null;
  content: string | null;
  timed_out: boolean;
  error_msg: string | null;
}

const USER_AGENT = "pg_net/0.20.4";

/** Sends one request as pg_net's libcurl does: one attempt, redirects followed, never an error. */
export async function sendRequest(
  request: QueuedRequest,
  { fetch, signal }: { fetch: typeof globalThis.fetch; signal: AbortSignal },
): Promise<RecordedResponse> {
  const started = performance.now();
  // To libcurl, no time is all the time.
  const limit = request.timeout_milliseconds > 0
    ? AbortSignal.timeout(request.timeout_milliseconds)
    : new AbortController().signal;

  try {
    const response = await fetch(request.url, {
      method: request.method.toUpperCase(),
      headers: headersOf(request),
      body: request.body === null ? null : new Uint8Array(request.body),
      redirect: "follow",
      signal: AbortSignal.any([limit, signal]),
    });
    const text = await response.text();
    return {
      id: request.id,
      status_code: response.status,
      content_type: response.headers.get("content-type"),
      headers: Object.fromEntries(response.headers),
      // A C string: it ends at the first NUL, and an empty one is recorded as null.
      content: text.split("\0")[0] || null,
      timed_out: false,
      error_msg: null,
    };
  } catch (error) {
    const total_ms = performance.now() - started;
    return {
      id: request.id,
      status_code: null,
      content_type: null,
      headers: null,
      content: null,
      timed_out: limit.aborted,
      error_msg: limit.aborted
        ? timeoutMessage(request.timeout_milliseconds, total_ms)
        : curlMessage(error),
    };
  }
}

function headersOf({ headers, method, body }: QueuedRequest): Headers {
  const sent = new Headers();
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (value === null) continue;
    sent.set(name, typeof value === "string" ? value : JSON.stringify(value));
  }
  if (method.toUpperCase() !== "GET" && body !== null && !sent.has("content-type")) {
    sent.set("content-type", "application/x-www-form-urlencoded");
  }
  sent.set("user-agent", USER_AGENT);
  return sent;
}

/** The original tells the steps apart; here all the time goes to the last one. */
function timeoutMessage(limit_ms: number, total_ms: number): string {
  const total = total_ms.toFixed(6);
  return `Timeout of ${limit_ms} ms reached. Total time: ${total} ms (DNS time: 0.000000 ms, ` +
    `TCP/SSL handshake time: 0.000000 ms, HTTP Request/Response time: ${total} ms)`;
}

function curlMessage(error: unknown): string {
  const message = error instanceof Error ? innermost(error).message : String(error);
  if (/dns error|lookup address/i.test(message)) return "Could not resolve hostname";
  if (/connection refused|tcp connect error/i.test(message)) return "Could not connect to server";
  return message;
}

function innermost(error: Error): Error {
  return error.cause instanceof Error ? innermost(error.cause) : error;
}
