/** What a terminal obeys instead of showing it, and what turns the rest of a line around. */
const OBEYED = /(?![\n\t])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/** Others' words as a terminal may get them: nothing in them moves its cursor, or speaks in our place. */
export function printable(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(OBEYED, "\ufffd");
}

/** As `printable`, and no second line that could be taken for one of ours. */
export function inOneLine(text: string): string {
  return printable(text.replace(/\s+/g, " "));
}

/** A copy of which every text is printable, in one line. */
export function printableCopy<T extends object>(value: T): T {
  const copy = structuredClone(value);
  makePrintable(copy);
  return copy;
}

/** JSON that says the same, without a character that a terminal obeys. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(OBEYED, escaped);
}

function makePrintable(value: unknown): void {
  if (!isRecord(value)) return;
  for (const [name, inside] of Object.entries(value)) {
    if (typeof inside === "string") value[name] = inOneLine(inside);
    else makePrintable(inside);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
