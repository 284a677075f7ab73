/** A day: whoever asks for more is asked again tomorrow. */
const LONGEST = 86_400;

/**
 * Reads `Retry-After` (RFC 9110 10.2.3: seconds or an HTTP date) as whole seconds from `now` (epoch
 * milliseconds); null where it is absent or says nothing.
 */
export function readRetryAfter(headers: Headers, now: number): number | null {
  const value = headers.get("retry-after")?.trim() ?? "";
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - now) / 1000;

  return Number.isNaN(seconds) ? null : Math.min(Math.max(Math.ceil(seconds), 0), LONGEST);
}
