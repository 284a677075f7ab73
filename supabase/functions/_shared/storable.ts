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

/**
 * Whether a cast to jsonb takes this text, which JSON.parse has taken. Postgres reads every word of
 * it; what JSON.parse gives lacks fields that come twice, and the digits of a very small number.
 */
export function isStorableJson(text: string): boolean {
  if (isPlainJson(text)) return true;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g)) {
    const fits = token.startsWith('"') ? isStorableString(token) : isStorableNumber(token);
    if (!fits) return false;
  }
  return true;
}

/**
 * True of most bodies: nothing is spelled by its number, and all numbers are short, so that Postgres
 * can hold whatever JSON.parse gives for them. A number stands at the beginning, behind a space or
 * behind one of three marks: in a word, as in most UUIDs, an `e` is no exponent.
 */
export function isPlainJson(text: string): boolean {
  return text.isWellFormed() && !text.includes("\\u") &&
    !/(?:^|[\s:,[])-?\d(?:[\d.]{299}|[\d.]*[eE])/.test(text);
}

function isStorableString(token: string): boolean {
  return !token.includes("\\u") || isStorable(String(JSON.parse(token)));
}

/** Digits that numeric has behind its point: PostgreSQL's table 8.2. */
const MOST_DECIMALS = 16_383;

function isStorableNumber(token: string): boolean {
  const [, decimals = "", exponent = "0"] = /^[^.e]*(?:\.(\d+))?(?:e(.+))?$/i.exec(token) ?? [];
  return Number.isFinite(Number(token)) && Math.abs(Number(exponent)) <= MOST_DECIMALS &&
    decimals.length - Number(exponent) <= MOST_DECIMALS;
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

/** The first characters of a text, `most` code units at most: none is cut in half. */
export function beginning(text: string, most: number): string {
  const cut = text.slice(0, most);
  return text.length > most ? cut.replace(/[\ud800-\udbff]$/, "") : cut;
}

function isStorable(text: string): boolean {
  return !text.includes("\0") && text.isWellFormed();
}
