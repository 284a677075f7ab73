const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `just now`, `12 s ago`, `5 min ago`, `3 h ago`, `2 d ago`; the future as `in 12 s`. */
export function ago(at: string, now: number): string {
  const ms = now - Date.parse(at);
  if (Number.isNaN(ms)) return at;
  if (Math.abs(ms) < 2000) return "just now";
  const words = span(Math.abs(ms));
  return ms > 0 ? `${words} ago` : `in ${words}`;
}

/** A length of time: `850 ms`, `4.2 s`, `12 s`, `1 min 5 s`, `25 min`, `3 h`, `2 d`. */
export function span(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${Math.round(ms / 100) / 10} s`;
  if (ms < MINUTE) return `${Math.round(ms / 1000)} s`;
  if (ms < 10 * MINUTE) return minutes(Math.round(ms / 1000));
  if (ms < HOUR) return `${Math.round(ms / MINUTE)} min`;
  if (ms < 2 * DAY) return `${Math.round(ms / HOUR)} h`;
  return `${Math.round(ms / DAY)} d`;
}

function minutes(seconds: number): string {
  const rest = seconds % 60;
  return `${Math.floor(seconds / 60)} min${rest === 0 ? "" : ` ${rest} s`}`;
}

/** On a page: no line ends between a number and its unit. */
export function unbroken(text: string): string {
  return text.replaceAll(/(?<=\d) (?=(ms|s|min|h|d)\b)/g, "\u00a0");
}

/** `$0.35`, `$12.40`, `< $0.01`; nothing spent is `$0`. */
export function usd(amount: number): string {
  if (amount === 0) return "$0";
  if (amount < 0.01) return "< $0.01";
  return `$${amount.toFixed(2)}`;
}

/** A share: `100%`, `99.95%`; what is not all is never shown as all. */
export function percent(share: number): string {
  if (share === 1) return "100%";
  return `${(Math.floor(share * 10_000) / 100).toString()}%`;
}

export function count(n: number): string {
  return n.toLocaleString("en-US");
}

/** `14:03:09.120` in the reader's own time zone. */
export function clock(at: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return at;
  const two = (n: number) => `${n}`.padStart(2, "0");
  const ms = `${date.getMilliseconds()}`.padStart(3, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}`;
}

/** `22 Nov 2026, 14:03:09` in the reader's own time zone. */
export function dateTime(at: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return at;
  const day = date.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });
  return `${day}, ${clock(at).slice(0, 8)}`;
}

/** `proj_01a2…98fc5df`: enough to tell two apart, and to find one again. */
export function shortId(id: string): string {
  return id.length <= 18 ? id : `${id.slice(0, 9)}…${id.slice(-6)}`;
}

/** `extract_last_frame` → `Extract last frame`. */
export function words(name: string): string {
  const spaced = name.replaceAll(/[_.]/g, " ").toLowerCase();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** A URL that may stand in a link or a player; null for what is not plain http(s). */
export function safeUrl(url: string | null | undefined): string | null {
  if (!url) return null;
  try {
    const { protocol, href } = new URL(url);
    return protocol === "https:" || protocol === "http:" ? href : null;
  } catch {
    return null;
  }
}

/** JSON as people read it; what is none stays as it is. */
export function pretty(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value, null, 2) ?? "";
  try {
    return JSON.stringify(JSON.parse(value), null, 2);
  } catch {
    return value;
  }
}
