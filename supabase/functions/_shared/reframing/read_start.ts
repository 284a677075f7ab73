import { withDeadline } from "../deadline.ts";
import { readFetchFailure } from "../fetch_failure.ts";
import type { GuardedFetch } from "../outbound/guarded_fetch.ts";

/** The first bytes behind a URL that a stranger gave us, or why they cannot be had. */
export type ReadStart = (url: string, bytes: number) => Promise<Uint8Array | { problem: string }>;

const TIMEOUT = 15_000;

/** Asks for a range, and stops reading where a server sends everything. */
export function createReadStart({ fetch }: { fetch: GuardedFetch }): ReadStart {
  return async (url, bytes) => {
    try {
      return await withDeadline(TIMEOUT, async (signal) => {
        const response = await fetch(url, {
          headers: { range: `bytes=0-${bytes - 1}` },
          signal,
        });
        if (!response.ok || response.body === null) {
          await response.body?.cancel();
          return { problem: `it answered ${response.status}` };
        }
        return await readSome(response.body, bytes);
      });
    } catch (error) {
      return { problem: readFetchFailure(error).words };
    }
  };
}

async function readSome(body: ReadableStream<Uint8Array>, most: number): Promise<Uint8Array> {
  const start = new Uint8Array(most);
  let length = 0;
  for await (const chunk of body) {
    const part = chunk.subarray(0, most - length);
    start.set(part, length);
    length += part.length;
    if (length === most) break;
  }
  return start.subarray(0, length);
}
