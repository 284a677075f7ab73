import { Buffer } from "node:buffer";
import { runFfmpeg } from "../../local/simulators/ffmpeg.ts";

const WIDTH = 640;
const HEIGHT = 360;

type Colour = readonly [number, number, number];
/** Sky above, sky at the horizon, sun, sea. */
const MOODS: Record<string, readonly [Colour, Colour, Colour, Colour]> = {
  dawn: [[38, 52, 92], [244, 164, 116], [255, 226, 178], [58, 72, 104]],
  noon: [[86, 148, 196], [214, 232, 238], [255, 250, 232], [52, 118, 140]],
  dusk: [[28, 24, 58], [196, 92, 104], [250, 176, 120], [44, 34, 70]],
  night: [[8, 12, 28], [34, 46, 82], [226, 230, 240], [14, 20, 38]],
};

/** Paints a calm sea under a low sun: what a picture of the console may show of a film. */
export async function paintSea(path: string, mood: keyof typeof MOODS): Promise<void> {
  const [top = BLACK, low = BLACK, sun = BLACK, sea = BLACK] = MOODS[mood] ?? [];
  const raw = await Deno.makeTempFile({ suffix: ".ppm" });
  try {
    const pixels = new Uint8Array(WIDTH * HEIGHT * 3);
    for (let y = 0, at = 0; y < HEIGHT; y++) {
      for (let x = 0; x < WIDTH; x++, at += 3) {
        pixels.set(colourAt(x, y, { top, low, sun, sea }), at);
      }
    }
    const header = new TextEncoder().encode(`P6 ${WIDTH} ${HEIGHT} 255\n`);
    await Deno.writeFile(raw, Buffer.concat([header, pixels]));
    await runFfmpeg(["-i", raw, "-frames:v", "1", path]);
  } finally {
    await Deno.remove(raw);
  }
}

const BLACK: Colour = [0, 0, 0];
const HORIZON = 0.62;

function colourAt(
  x: number,
  y: number,
  { top, low, sun, sea }: Record<"top" | "low" | "sun" | "sea", Colour>,
): Colour {
  const u = x / WIDTH;
  const v = y / HEIGHT;
  const far = Math.hypot((u - 0.62) * (WIDTH / HEIGHT), v - 0.5);
  if (v < HORIZON) {
    const hill = HORIZON - 0.05 - 0.035 * Math.sin(u * 9) - 0.02 * Math.sin(u * 23 + 1);
    if (v > hill) return mix(low, sea, 0.75);
    const sky = mix(top, low, (v / HORIZON) ** 1.4);
    return far < 0.09 ? sun : mix(sky, sun, Math.max(0, 0.5 - far * 1.1));
  }
  const depth = (v - HORIZON) / (1 - HORIZON);
  const wave = Math.sin(depth * 90 + Math.sin(u * 14) * 3) * 0.5 + 0.5;
  const glint = Math.max(0, 1 - Math.abs(u - 0.62) * (9 - 5 * depth)) * wave;
  return mix(mix(mix(low, sea, 0.55), sea, depth), sun, glint * 0.6);
}

function mix(a: Colour, b: Colour, part: number): Colour {
  const one = (from: number, to: number) => Math.round(from + (to - from) * part);
  return [one(a[0], b[0]), one(a[1], b[1]), one(a[2], b[2])];
}
