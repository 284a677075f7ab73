import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { runFfmpeg } from "./ffmpeg.ts";

const COLUMNS = 12;
const ROWS = 16;

/**
 * Makes a picture out of words: a mosaic whose colours and discs depend on `words` alone. It is full
 * of structure, so that any motion shows, and repeats at its edges, so that panning shows no cut.
 * The ending of `path` decides the format (.png, .jpg).
 */
export async function makePicture(
  { path, words, width = 720, height = 1280 }: {
    path: string;
    words: string;
    width?: number;
    height?: number;
  },
): Promise<void> {
  const raw = await Deno.makeTempFile({ suffix: ".ppm" });
  try {
    const header = new TextEncoder().encode(`P6 ${width} ${height} 255\n`);
    const pixels = drawMosaic(words, width, height);
    await Deno.writeFile(raw, Buffer.concat([header, pixels]));
    await runFfmpeg(["-i", raw, "-frames:v", "1", "-q:v", "2", path]);
  } finally {
    await Deno.remove(raw);
  }
}

function drawMosaic(words: string, width: number, height: number): Uint8Array {
  const digest = createHash("sha256").update(words).digest();
  const hue = (digest[0] ?? 0) / 255;
  const bend = 1 + (digest[1] ?? 0) % 3;
  const pixels = new Uint8Array(width * height * 3);
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const u = x / width;
      const v = y / height;
      const column = Math.floor(u * COLUMNS);
      const row = Math.floor(v * ROWS);
      const wave = Math.sin(2 * Math.PI * (u + v * bend)) + Math.cos(2 * Math.PI * (v - u));
      const grain = digest[(row * COLUMNS + column) % digest.length] ?? 0;
      const far = Math.hypot(u * COLUMNS - column - 0.5, v * ROWS - row - 0.5);
      const inDisc = far < 0.2 + grain / 1000;
      const light = inDisc ? 0.3 + grain / 400 : 0.85 - grain / 900 - far * 0.3;
      const tone = hue + wave * 0.12 + (inDisc ? 0.45 : 0) + grain / 2000;
      for (let channel = 0; channel < 3; channel++) {
        const colour = 0.5 + 0.5 * Math.cos(2 * Math.PI * (tone + channel / 3));
        pixels[at++] = Math.round(255 * light * (0.35 + 0.65 * colour));
      }
    }
  }
  return pixels;
}
