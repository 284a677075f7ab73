import { runFfmpeg } from "./ffmpeg.ts";

/** Mean volume in decibels below full scale of a stretch of a file's sound; -91 is silence. */
export async function meanVolume(
  path: string,
  { from = 0, seconds = 3600 }: { from?: number; seconds?: number } = {},
): Promise<number> {
  const filter = `atrim=${from}:${from + seconds},volumedetect`;
  const said = await runFfmpeg(["-i", path, "-vn", "-af", filter, "-f", "null", "-"]);
  const mean = /mean_volume: (-?[\d.]+) dB/.exec(said)?.[1];
  return mean === undefined ? -Infinity : Number(mean);
}

/** Stretches of a video that are black, in seconds. */
export async function blackStretches(path: string): Promise<{ from: number; to: number }[]> {
  const filter = "blackdetect=d=0.02:pix_th=0.1:pic_th=0.98";
  const said = await runFfmpeg(["-i", path, "-an", "-vf", filter, "-f", "null", "-"]);
  return [...said.matchAll(/black_start:([\d.]+) black_end:([\d.]+)/g)]
    .map(([, from, to]) => ({ from: Number(from), to: Number(to) }));
}
