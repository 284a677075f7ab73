import { withDeadline } from "./deadline.ts";
import { readFetchFailure } from "./fetch_failure.ts";
import type { Fetch } from "./fresh_connection.ts";
import { LARGEST_BODY, readBody } from "./read_body.ts";

export type CallDeps = {
  fetch: Fetch;
  /** Milliseconds for one call, from connecting to the last byte. */
  timeoutMs: number;
  /**
   * Bytes of an answer. Without it as many as a callback may have, which tells the same: what JSON is
   * parsed into may take thirty times as much.
   */
  mostBytes?: number;
};

/** A complete HTTP answer, whatever its status. */
export type Reply = { status: number; headers: Headers; body: string };

/** No complete answer came. The message names no URL. */
export class NoAnswer extends Error {
  override name = "NoAnswer";

  /** @param sent false only where the request provably never left. */
  constructor(message: string, readonly sent: boolean) {
    super(message);
  }
}

/**
 * Sends one request, once, and reads the whole answer. Redirects are answers here: following one
 * could carry the key to another host.
 *
 * @throws {NoAnswer}
 */
export async function callOnce(
  { fetch, timeoutMs, mostBytes = LARGEST_BODY }: CallDeps,
  url: string,
  init: RequestInit,
): Promise<Reply> {
  try {
    return await withDeadline(timeoutMs, async (signal) => {
      const response = await fetch(url, { ...init, redirect: "manual", signal });
      const { status, headers } = response;
      // A refusal stands in the status line: its body may break off, a success must be whole.
      const whole = readText(response.body, mostBytes);
      const body = response.ok ? await whole : await whole.catch(() => "");
      return { status, headers, body };
    });
  } catch (error) {
    const { sent, words } = readFetchFailure(error);
    throw new NoAnswer(words, sent);
  }
}

/** @throws where it is longer than an isolate can hold beside its other work. */
async function readText(stream: Response["body"], mostBytes: number): Promise<string> {
  const bytes = await readBody(stream, mostBytes);
  if (bytes === null) throw new Error("The answer is too long");
  return new TextDecoder().decode(bytes);
}

export function isSuccess({ status }: Reply): boolean {
  return status >= 200 && status < 300;
}
