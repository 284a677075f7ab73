import { chargesOf, sumOf } from "./bill.ts";
import type { DemoTask } from "./demo_film.ts";
import { makePicture } from "./simulators/picture.ts";
import type { Stack } from "./stack.ts";

/** Seconds of a scene that the played language model writes. */
export const WRITTEN_SECONDS = 5;

/** A job of one prompt and a picture of another shape, which is brought to the film's own. */
export async function promptJob(
  { prompt, folder, serve }: { prompt: string; folder: string; serve: (path: string) => string },
): Promise<Record<string, unknown>> {
  const image = `${folder}/image.png`;
  await makePicture({ path: image, words: prompt, width: 960, height: 960 });
  return {
    video_id: "demo",
    user_id: "demo",
    prompt,
    image_url: serve(image),
    aspect_ratio: "9:16",
  };
}

/** The numbers of the scenes that start afresh. */
export function cutsOf({ scenes }: DemoTask): number[] {
  return scenes.filter(({ continuity }) => continuity === "cut").map(({ position }) => position);
}

/** The same film as a job, with other words for one scene. @throws where there is no such scene */
export function revisedJob(
  job: Record<string, unknown>,
  { task, scene, seconds }: { task: DemoTask; scene: number; seconds: number },
): Record<string, unknown> {
  if (!task.scenes.some(({ position }) => position === scene)) {
    throw new Error(`Cannot revise scene ${scene}: the film has ${task.scenes.length}`);
  }
  const given = Array.isArray(job.scenes) ? job.scenes : [];
  const scenes = task.scenes.map(({ position, prompt, continuity, voice_over }, i) => ({
    ...given[i] ?? { duration: seconds, ...voice_over && { voice_over } },
    prompt: position === scene ? `${prompt}, this time in the snow` : prompt,
    continuity: continuity ?? "last_frame",
  }));
  return { ...job, scenes, is_revision: true };
}

export type Bill = {
  /** US dollars; null where something has no price. */
  usd: number | null;
  clips: number;
};

/** What the simulators would ask for. */
export async function billOf(
  { sql, fal, openai }: Pick<Stack, "sql" | "fal" | "openai">,
): Promise<Bill> {
  const charges = await chargesOf(sql, {
    bill: fal.bill(),
    requests: fal.requests,
    storyboardCalls: openai.calls.length,
  });
  const clips = charges.filter(({ what }) => /-to-video|motion-control/.test(what)).length;
  return { usd: sumOf(charges), clips };
}

export function dollars(usd: number | null | undefined): string {
  return typeof usd === "number" ? `${usd.toFixed(4)} USD` : "an unknown sum";
}

/** To a hundredth of a cent. */
export function rounded(usd: number): number {
  return Math.round(usd * 1e4) / 1e4;
}
