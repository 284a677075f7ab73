/** When a job of pg_cron runs: every so many seconds, or in the minutes that match. */
export type Schedule =
  | { every_seconds: number }
  | { matches: (minute: Date) => boolean };

const SECONDS = /^\s*([1-9]|[1-5][0-9])\s+seconds?\s*$/i;
const NICKNAMES: Record<string, string> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};
const MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
const DAYS = "sun mon tue wed thu fri sat".split(" ");

/**
 * Reads a schedule as pg_cron 1.6 does: `N seconds` (1 to 59), a nickname, or the five fields of
 * cron(5) in UTC, with `$` for the month's last day. Null when it is none of these.
 */
export function parseSchedule(text: string): Schedule | null {
  const seconds = SECONDS.exec(text)?.[1];
  if (seconds !== undefined) return { every_seconds: Number(seconds) };

  const fields = (NICKNAMES[text.trim().toLowerCase()] ?? text.trim()).split(/\s+/);
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = fields;
  if (fields.length !== 5) return null;

  const minutes = parseField(minute, 0, 59);
  const hours = parseField(hour, 0, 23);
  const days = day === "$" ? new Set<number>() : parseField(day, 1, 31);
  const months = parseField(month, 1, 12, MONTHS);
  const weekdays = parseField(weekday, 0, 7, DAYS);
  if (!minutes || !hours || !days || !months || !weekdays) return null;
  if (weekdays.has(7)) weekdays.add(0);

  // cron(5): with both days restricted, either of them is enough.
  const either = !day.startsWith("*") && !weekday.startsWith("*");
  return {
    matches(at) {
      const onDay = day === "$" ? isLastOfMonth(at) : days.has(at.getUTCDate());
      const onWeekday = weekdays.has(at.getUTCDay());
      return minutes.has(at.getUTCMinutes()) &&
        hours.has(at.getUTCHours()) &&
        months.has(at.getUTCMonth() + 1) &&
        (either ? onDay || onWeekday : onDay && onWeekday);
    },
  };
}

function parseField(
  field: string,
  lowest: number,
  highest: number,
  names: string[] = [],
): Set<number> | null {
  const values = new Set<number>();
  for (const item of field.toLowerCase().split(",")) {
    const numbers = item.replace(/[a-z]+/g, (word) => {
      const index = names.indexOf(word);
      return index === -1 ? word : String(lowest + index);
    });
    const parts = /^(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(numbers);
    if (!parts) return null;

    const [, first, last, step = "1"] = parts;
    const from = first === undefined ? lowest : Number(first);
    const to = first === undefined ? highest : Number(last ?? first);
    if (from < lowest || to > highest || from > to || Number(step) === 0) return null;
    for (let value = from; value <= to; value += Number(step)) values.add(value);
  }
  return values;
}

function isLastOfMonth(at: Date): boolean {
  return new Date(at.getTime() + 24 * 3600 * 1000).getUTCDate() === 1;
}
