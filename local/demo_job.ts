import { makeClip } from "./simulators/media.ts";
import { makePicture } from "./simulators/picture.ts";

/** image: from a picture. text: from words alone. motion: a picture that moves as a driver video. */
export const KINDS = ["image", "text", "motion"] as const;
export type Kind = (typeof KINDS)[number];

export const SCENES = [
  "A paper boat sets sail on a painted river",
  "The boat drifts below a bridge of lanterns",
  "It reaches the open sea at dusk",
];

const MOTION_MODEL = "kling-2.6-pro-motion";
const SIZE = { width: 720, height: 1280 };

/** @throws where the value of `--kind` is none of them. */
export function readKind(text: string): Kind {
  const kind = KINDS.find((name) => name === text);
  if (kind) return kind;
  throw new Error(`Cannot take --kind ${text}: it is none of ${KINDS.join(", ")}`);
}

/**
 * The demo's job. What it needs is drawn into `folder` and served by `serve`, which returns a URL.
 * A clip of kind motion is as long as its driver, and its job says no duration.
 */
export async function demoJob(
  { kind, seconds, folder, serve }: {
    kind: Kind;
    seconds: number;
    folder: string;
    serve: (path: string) => string;
  },
): Promise<Record<string, unknown>> {
  const job = {
    video_id: "demo",
    user_id: "demo",
    prompt: "A paper boat's journey",
    aspect_ratio: "9:16",
  };
  if (kind === "text") {
    return { ...job, scenes: SCENES.map((prompt) => ({ prompt, duration: seconds })) };
  }

  const image = `${folder}/image.png`;
  await makePicture({ path: image, words: SCENES.join() });
  const image_url = serve(image);
  if (kind === "image") {
    return { ...job, image_url, scenes: SCENES.map((prompt) => ({ prompt, duration: seconds })) };
  }

  const path = `${folder}/driver.mp4`;
  await makeClip({ image, path, seconds, size: SIZE, words: "a dancer" });
  const driver_video_url = serve(path);
  const scenes = SCENES.map((prompt) => ({ prompt, driver_video_url }));
  return { ...job, image_url, model: MOTION_MODEL, scenes };
}
