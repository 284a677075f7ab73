import { OutboundFailure } from "./outbound_failure.ts";
import { type SendDeps, sendRequest, type Sent } from "./send_request.ts";

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Fetches a URL that a stranger gave; the body is streamed, and ends with the signal. */
export type GuardedFetch = (
  url: string,
  init: { signal: AbortSignal; headers?: HeadersInit },
) => Promise<Response>;

export type GuardedFetchDeps = SendDeps & {
  /** Redirects that are followed; where each leads is vetted like the first URL. */
  redirects?: number;
  /** Origins that the installation itself chose: they may be http and private. */
  trusted?: ReadonlySet<string>;
};

/**
 * Builds a GET for files that strangers name: images, sound, films.
 *
 * @throws {OutboundFailure} also for a file that comes encoded: what it inflates to has no bound
 */
export function createGuardedFetch(deps: GuardedFetchDeps): GuardedFetch {
  const { redirects = 3, trusted = new Set() } = deps;

  return async (url, { signal, headers }) => {
    let at = url;
    for (let left = redirects; left >= 0; left--) {
      const isOurs = URL.canParse(at) && trusted.has(new URL(at).origin);
      const own = { ...deps, allowPrivate: deps.allowPrivate || isOurs };
      const answer = await sendRequest(own, {
        method: "GET",
        url: at,
        headers: new Headers(headers),
        signal,
      });
      const next = REDIRECTS.has(answer.status) ? answer.headers.get("location") : null;
      if (next === null) return toResponse(answer);
      answer.close();
      if (!URL.canParse(next, at)) throw new OutboundFailure("bad_answer", "it leads nowhere");
      at = new URL(next, at).href;
    }
    throw new OutboundFailure("bad_answer", `it leads on more than ${redirects} times`);
  };
}

function toResponse({ status, headers, body, close }: Sent): Response {
  const encoding = headers.get("content-encoding")?.toLowerCase() ?? "identity";
  if (encoding !== "identity" || status > 599 || status < 200) {
    close();
    throw new OutboundFailure("bad_answer", "it answered in a way that nobody asked for");
  }
  if ([204, 205, 304].includes(status)) {
    close();
    return new Response(null, { status, headers });
  }
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await body.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: close,
  });
  return new Response(stream, { status, headers });
}
