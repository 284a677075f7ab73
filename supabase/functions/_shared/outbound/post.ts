import { withDeadline } from "../deadline.ts";
import { readText } from "./read_text.ts";
import { type SendDeps, sendRequest } from "./send_request.ts";

/** Milliseconds over resolving, connecting, TLS, headers and body together. */
const DEADLINE = 30_000;
/** Bytes of an answer that are read: enough to see what the other side complains about. */
const EXCERPT_BYTES = 4096;

/** What was answered: any status, a redirect included. */
export type Posted = {
  status: number;
  headers: Headers;
  /** The first kilobytes as text; null where there is no body, or one that is encoded. */
  excerpt: string | null;
  /** Milliseconds of the parts; none where the runtime's own fetch was the only way. */
  timing: Readonly<Record<string, number>>;
};

/**
 * Posts a body to a URL that a stranger named.
 *
 * @throws {OutboundFailure} no answer, for a reason; a `TimeoutError` after the deadline
 */
export type Post = (
  url: string,
  message: {
    headers: Headers;
    body: string;
    /** Ends it before the deadline does. */
    signal?: AbortSignal;
    /** The URL is the installation's own choice: http and private addresses are fine. */
    trusted?: boolean;
  },
) => Promise<Posted>;

export type PostDeps = SendDeps & { timeoutMs?: number };

/**
 * Builds the sender of deliveries. Redirects are answers and are not followed, nothing is inflated,
 * and of the body no more is read than the excerpt takes.
 */
export function createPost(deps: PostDeps): Post {
  const { timeoutMs = DEADLINE, allowPrivate } = deps;

  return (url, { headers, body, signal: outer, trusted = false }) =>
    withDeadline(timeoutMs, async (deadline) => {
      const signal = outer ? AbortSignal.any([outer, deadline]) : deadline;
      const own = { ...deps, allowPrivate: allowPrivate || trusted };
      const request = { method: "POST", url, headers, body, signal } as const;
      const answer = await sendRequest(own, request);

      const encoding = answer.headers.get("content-encoding") ?? "identity";
      const excerpt = encoding === "identity" ? await readText(answer.body, EXCERPT_BYTES) : null;
      answer.close();
      const { status, timing } = answer;
      return { status, headers: answer.headers, excerpt, timing: { ...timing } };
    });
}
