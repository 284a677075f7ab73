import { z } from "zod";

const Tracks = z.tuple([z.object({ keyframes: z.tuple([z.object({ url: z.string() })]) })]).rest(
  z.object({ id: z.string(), keyframes: z.array(z.object({ url: z.string() })) }),
);

/** What is put together on a timeline: the URLs of the picture, of what is spoken, of the music. */
export type TracksOf = { film: string; sound: string | null; music: string | null };

/** Null for an input without tracks. */
export function tracksOf(input: Record<string, unknown>): TracksOf | null {
  const read = Tracks.safeParse(input.tracks);
  if (!read.success) return null;
  const [picture, ...others] = read.data;
  const urlOf = (name: string) => others.find(({ id }) => id === name)?.keyframes[0]?.url ?? null;
  return { film: picture.keyframes[0].url, sound: urlOf("sound"), music: urlOf("music") };
}
