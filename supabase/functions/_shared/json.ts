/** Nesting that a body may have; a lone array or object is one level. */
export const DEEPEST = 64;

export type ParsedJson =
  | { ok: true; value: unknown; text: string }
  | { ok: false; message: string };

const UTF8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Parses UTF-8 JSON. Depth is counted before `JSON.parse` builds anything: a body of 100,000
 * brackets would exhaust the stack of whoever walks the result.
 */
export function parseJson(body: Uint8Array): ParsedJson {
  let text: string;
  try {
    text = UTF8.decode(body);
  } catch {
    return { ok: false, message: "Not UTF-8" };
  }
  if (isTooDeep(text)) return { ok: false, message: `Nested deeper than ${DEEPEST} levels` };
  try {
    const value: unknown = JSON.parse(text);
    return { ok: true, value, text };
  } catch {
    return { ok: false, message: "Not JSON" };
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

function isTooDeep(text: string): boolean {
  return hasManyOpenings(text) && depthOf(text) > DEEPEST;
}

/** False where there are too few brackets for any depth, in strings or not: most bodies. */
function hasManyOpenings(text: string): boolean {
  let count = 0;
  for (const bracket of ["{", "["]) {
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) {
      if (++count > DEEPEST) return true;
    }
  }
  return false;
}

/** How deep it is nested, or that it is deeper than a body may be. */
function depthOf(text: string): number {
  let deepest = 0;
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length && deepest <= DEEPEST; i++) {
    const code = text.charCodeAt(i);
    if (quoted) {
      if (code === BACKSLASH) i++;
      else if (code === QUOTE) quoted = false;
    } else if (code === QUOTE) quoted = true;
    else if (OPENING.has(code)) deepest = Math.max(deepest, ++depth);
    else if (CLOSING.has(code)) depth--;
  }
  return deepest;
}

/** The text as JSON, or undefined where it is none. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
