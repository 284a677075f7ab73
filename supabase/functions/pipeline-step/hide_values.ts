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
  const secrets = [...Object.values(headers), search.slice(1), ...searchParams.values()]
    .flatMap((value) => [value, ...value.split(/[\s,;=:&]+/)])
    .filter((word) => word.length >= SHORTEST)
    .toSorted((a, b) => b.length - a.length);
  const hidden = secrets.reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), text);
  const cut = secrets.flatMap((secret) => beginnings(secret)).find((part) => hidden.endsWith(part));
  return cut === undefined ? hidden : hidden.slice(0, -cut.length) + HIDDEN;
}

function beginnings(secret: string): string[] {
  return Array.from({ length: secret.length - SHORTEST }, (_, n) => secret.slice(0, -1 - n));
}
