const HIDDEN = "(hidden)";
/** Shorter words are no secrets, and stand in every other answer. */
const SHORTEST = 8;

/**
 * A receiver's answer without the values of the headers and of the query that it got: pages that show
 * an error often show the request as well. An answer that was cut off may end in the middle of one.
 */
export function hideValues(
  text: string,
  { headers, url }: { headers: Readonly<Record<string, string>>; url: string },
): string {
  const { search, searchParams } = new URL(url);
  const values = [...Object.values(headers), search.slice(1), ...searchParams.values()];
  const words = values.flatMap((value) => [value, ...value.split(/[\s,;=:&]+/)]);
  const starts = startsIn(text);
  const secrets = [...new Set(words)]
    // Next to nothing of them begins anywhere in a page, and to look for each takes a runner's CPU.
    .filter((word) => word.length >= SHORTEST && starts.has(word.slice(0, SHORTEST)))
    .toSorted((a, b) => b.length - a.length);
  const hidden = secrets.reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), text);
  const cut = secrets.map((secret) => beginningAtEnd(hidden, secret)).find((length) => length > 0);
  return cut === undefined ? hidden : hidden.slice(0, -cut) + HIDDEN;
}

/** What a secret may begin with that stands in the text. */
function startsIn(text: string): ReadonlySet<string> {
  const count = Math.max(text.length - SHORTEST + 1, 0);
  return new Set(Array.from({ length: count }, (_, at) => text.slice(at, at + SHORTEST)));
}

/** Characters of the secret's beginning that the text ends with; 0 where it does not. */
function beginningAtEnd(text: string, secret: string): number {
  const start = secret.slice(0, SHORTEST);
  let at = text.indexOf(start, Math.max(text.length - secret.length + 1, 0));
  while (at >= 0 && !secret.startsWith(text.slice(at))) at = text.indexOf(start, at + 1);
  return at < 0 ? 0 : text.length - at;
}
