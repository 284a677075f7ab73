import { readExcerpt } from "./read_excerpt.ts";

/** Bytes of an answer that we read: enough to see what the other side complains about. */
const EXCERPT_BYTES = 4096;

export type PostAnswer = {
  status: number;
  headers: Headers;
  /** The first kilobytes of the body; null where there is none. */
  excerpt: string | null;
  /** Milliseconds of the parts that the sender can tell apart. */
  timing: Readonly<Record<string, number>>;
};

/**
 * Posts a body to a URL and reads the beginning of the answer, whatever its status; follows no
 * redirect.
 *
 * @throws when there is no answer, as fetch does
 */
export type Post = (
  url: string,
  message: { headers: Headers; body: string; signal: AbortSignal },
) => Promise<PostAnswer>;

/** Posts with the runtime's own fetch. */
export function postByFetch(
  { fetch, now }: { fetch: typeof globalThis.fetch; now: () => number },
): Post {
  return async (url, { headers, body, signal }) => {
    const begun = now();
    const response = await fetch(url, {
      method: "POST",
      headers,
      body,
      redirect: "manual",
      signal,
    });
    const answered = now();
    const excerpt = await readExcerpt(response.body, EXCERPT_BYTES);
    return {
      status: response.status,
      headers: response.headers,
      excerpt,
      timing: { headers_ms: answered - begun, body_ms: now() - answered },
    };
  };
}
