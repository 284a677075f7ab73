const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
} as const;

export type Colour = keyof typeof CODES;
export type Paint = (colour: Colour, text: string) => string;

/** Puts colours around words, or leaves them alone where nobody would see any. */
export function createPaint(hasColours: boolean): Paint {
  return (colour, text) => {
    const [on, off] = CODES[colour];
    return hasColours && text !== "" ? `\x1b[${on}m${text}\x1b[${off}m` : text;
  };
}

/** True on a terminal, unless NO_COLOR says no (https://no-color.org) or it can show none. */
export function wantsColours(
  { isTerminal, get }: { isTerminal: boolean; get: (name: string) => string | undefined },
): boolean {
  return isTerminal && !get("NO_COLOR") && get("TERM") !== "dumb";
}

const STATUS: Record<string, Colour> = {
  storyboarding: "blue",
  generating: "blue",
  submitted: "blue",
  in_progress: "blue",
  running: "blue",
  waiting: "blue",
  delivering: "blue",
  extracting_frame: "magenta",
  stitching: "magenta",
  completed: "green",
  applied: "green",
  delivered: "green",
  failed: "red",
  dead: "red",
  error: "red",
  outcome_unknown: "red",
  unknown: "red",
  paused: "yellow",
  lost: "yellow",
  buffered: "yellow",
};

/** The colour of a status, the same as in the console. */
export function colourOf(status: string): Colour {
  return STATUS[status.toLowerCase()] ?? "dim";
}
