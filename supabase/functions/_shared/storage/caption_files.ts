import { wrap } from "./caption_lines.ts";

/** One text over a stretch of the film. Seconds. */
export type Cue = { from: number; to: number; text: string };

/** Texts one after the other, each as long as its scene; a scene without a text has none. */
export function cuesOf(scenes: readonly { text: string; seconds: number }[]): Cue[] {
  let at = 0;
  return scenes.flatMap(({ text, seconds }) => {
    const from = at;
    at += seconds;
    const words = text.trim();
    return words === "" ? [] : splitCue({ from, to: at, text: words });
  });
}

/** Is not seen, and keeps what stands beside it together. */
const WORD_JOINER = "\u2060";

/** SubRip. It has no escapes: what looks like a tag is kept from being one by another character. */
export function toSrt(cues: readonly Cue[]): string {
  return cues.map(({ from, to, text }, n) =>
    `${n + 1}\n${clock(from, ",")} --> ${clock(to, ",")}\n${plain(text)}\n`
  ).join("\n");
}

/** WebVTT (W3C): `&`, `<` and `>` are escaped, by which `-->` cannot stand in a text either. */
export function toVtt(cues: readonly Cue[]): string {
  const escaped = (text: string) =>
    text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const blocks = cues.map(({ from, to, text }, n) =>
    `${n + 1}\n${clock(from, ".")} --> ${clock(to, ".")}\n${escaped(text)}\n`
  );
  return ["WEBVTT\n", ...blocks].join("\n");
}

/** A long text is shown two lines at a time, each part for as long as its share of characters. */
function splitCue({ from, to, text }: Cue): Cue[] {
  const lines = wrap(text);
  const pages = Array.from(
    { length: Math.ceil(lines.length / 2) },
    (_, n) => lines.slice(2 * n, 2 * n + 2).join("\n"),
  );
  const all = pages.reduce((sum, page) => sum + page.length, 0);
  let at = from;
  return pages.map((page, n) => {
    const begin = at;
    at = n === pages.length - 1 ? to : at + (to - from) * page.length / all;
    return { from: begin, to: at, text: page };
  });
}

/** Whoever burns SubRip in by libass takes braces for its own, and a letter behind a backslash for a break. */
function plain(text: string): string {
  return text.replaceAll(/-{2,}>/g, "->").replaceAll(/<(?=[/a-z])/gi, "< ")
    .replaceAll("{", "(").replaceAll("}", ")")
    .replaceAll(/\\(?=[nh])/gi, `\\${WORD_JOINER}`);
}

function clock(seconds: number, point: "," | "."): string {
  const ms = Math.round(seconds * 1000);
  const two = (value: number) => `${value}`.padStart(2, "0");
  const minutes = Math.floor(ms / 60_000);
  const rest = `${two(Math.floor(ms / 1000) % 60)}${point}${`${ms % 1000}`.padStart(3, "0")}`;
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:${rest}`;
}
