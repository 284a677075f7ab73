/*
 * jsonb and text hold neither U+0000 nor half a surrogate pair, both of which JSON can spell, and
 * a number has an end.
 */

/** Path of the first string, number or key that Postgres cannot hold (`scenes.0.prompt`); null: none. */
export function findUnstorable(value: unknown, path = ""): string | null {
  if (typeof value === "string") return isStorable(value) ? null : path;
  // 1e999 is JSON; JSON.parse makes Infinity of it.
  if (typeof value === "number") return Number.isFinite(value) ? null : path;
  if (typeof value !== "object" || value === null) return null;

  for (const [key, item] of Object.entries(value)) {
    const inside = path === "" ? key : `${path}.${key}`;
    if (!isStorable(key)) return path;
    const found = findUnstorable(item, inside);
    if (found !== null) return found;
  }
  return null;
}

/** A copy with a replacement character where Postgres could not hold the text. */
export function toStorable(value: unknown): unknown {
  if (typeof value === "string") return storableText(value);
  if (Array.isArray(value)) return value.map(toStorable);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [storableText(key), toStorable(item)]),
  );
}

export function storableText(text: string): string {
  return isStorable(text) ? text : text.toWellFormed().replaceAll("\0", "\ufffd");
}

function isStorable(text: string): boolean {
  return !text.includes("\0") && text.isWellFormed();
}
