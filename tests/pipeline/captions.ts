/** One caption as a player reads it. Seconds. */
export type Caption = { from: number; to: number; text: string };

/** Reads SubRip: a number, a line of times, lines of text, an empty line. */
export function readSrt(file: string): Caption[] {
  const blocks = file.trimEnd().split(/\n\n+/);
  return blocks.map((block, n) => {
    const [number, times = "", ...lines] = block.split("\n");
    if (number !== `${n + 1}`) throw new Error(`Cannot read SubRip: ${n + 1} is "${number}"`);
    return readTimes(times, ",", lines.join("\n"));
  });
}

/** Reads WebVTT (W3C) as far as it is written here: its name, then numbered cues. */
export function readVtt(file: string): Caption[] {
  const [name, ...blocks] = file.trimEnd().split(/\n\n+/);
  if (name !== "WEBVTT") throw new Error(`Cannot read WebVTT: it begins with "${name}"`);
  return blocks.map((block) => {
    const [, times = "", ...lines] = block.split("\n");
    const text = lines.join("\n");
    if (/[<>]/.test(text)) throw new Error(`Cannot read WebVTT: markup in "${text}"`);
    const plain = text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
    return readTimes(times, ".", plain);
  });
}

function readTimes(line: string, point: "," | ".", text: string): Caption {
  const clock = `(\\d{2}):(\\d{2}):(\\d{2})\\${point}(\\d{3})`;
  const found = new RegExp(`^${clock} --> ${clock}$`).exec(line);
  if (!found) throw new Error(`Cannot read caption: its times are "${line}"`);
  const [h = 0, m = 0, s = 0, ms = 0, h2 = 0, m2 = 0, s2 = 0, ms2 = 0] = found.slice(1).map(Number);
  return {
    from: h * 3600 + m * 60 + s + ms / 1000,
    to: h2 * 3600 + m2 * 60 + s2 + ms2 / 1000,
    text,
  };
}
