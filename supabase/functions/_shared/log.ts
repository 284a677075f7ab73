/** Writes one event. Values that are secrets do not belong into `fields`; tokens are taken out. */
export type Log = (event: string, fields?: Readonly<Record<string, unknown>>) => void;

const MOST_CHARACTERS = 8000;

/** One line of JSON an event: hosted logs are cut at 10,000 characters a line. */
export function createLog(write: (line: string) => void): Log {
  return (event, fields = {}) => {
    const line = JSON.stringify({ event, ...fields }, asText);
    write(withoutTokens(line.slice(0, MOST_CHARACTERS)));
  };
}

/** Blanks `?token=` and `&token=` of callback and status URLs. */
export function withoutTokens(text: string): string {
  return text.replace(/([?&]token=)[^&#\s"'\\]*/gi, "$1***");
}

function asText(_key: string, value: unknown): unknown {
  return value instanceof Error ? `${value.name}: ${value.message}` : value;
}
