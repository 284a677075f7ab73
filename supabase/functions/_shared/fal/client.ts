import { createFalClient } from "@fal-ai/client";
import type { Fetch } from "../fresh_connection.ts";
import type { FalDeps } from "./call_fal.ts";

/** The host that the client is built for. */
const CLIENT_QUEUE = "https://queue.fal.run/";

/**
 * The client retries network errors and 429/502/503/504 by itself, whatever `retry` says, and each
 * retry of a submission may be paid for. It stops at errors that it does not know: `send` throws
 * nothing else.
 */
export function clientFor({ key, queueUrl }: FalDeps, send: Fetch, traceparent?: string | null) {
  return createFalClient({
    credentials: key,
    suppressLocalCredentialsWarning: true,
    fetch: send,
    requestMiddleware: (call) => {
      // An endpoint that is a URL would carry the key to a host of its own choosing.
      if (!call.url.startsWith(CLIENT_QUEUE)) {
        return Promise.reject(new Error("Cannot submit to fal: endpoint is not on the queue"));
      }
      return Promise.resolve({
        ...call,
        headers: { ...call.headers, ...(traceparent && { traceparent }) },
        url: `${queueUrl}/${call.url.slice(CLIENT_QUEUE.length)}`,
      });
    },
  });
}
