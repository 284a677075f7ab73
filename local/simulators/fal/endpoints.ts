import { type PublishedField, type PublishedSchema, publishedSchema } from "./published_schemas.ts";
import type { SoundWork } from "./run_sound.ts";

/** What one input field must be. `any`: this simulator does not look. */
export type Field =
  | { is: "text" | "url" | "number" | "flag" | "any"; required: boolean }
  | { is: "urls"; required: boolean; atLeast: number }
  | { is: "choice"; required: boolean; of: readonly string[] };

export type Endpoint = {
  work: "clip" | "motion_control" | "frame" | "join" | "reframe" | SoundWork;
  /** fal ignores other fields; they are refused here, so that a misspelt one shows. */
  fields: Record<string, Field>;
  /** The field that holds the first frame; null: made from words alone. */
  startFrame: string | null;
  /** The field that may hold the last frame. */
  endFrame?: string | null;
  /** Where the input names no `duration`. */
  seconds: number;
};

/** Endpoints that fal has and its client does not list, and one with the same schema. */
const UNLISTED: Readonly<Record<string, string>> = {
  "fal-ai/kling-video/v2.1/pro/image-to-video": "fal-ai/kling-video/v2.5-turbo/pro/image-to-video",
};

/** Described on fal's pages alone: https://fal.ai/models/fal-ai/ffmpeg-api/merge-audio-video/llms.txt */
const DESCRIBED: Readonly<Record<string, PublishedSchema>> = {
  "fal-ai/ffmpeg-api/merge-audio-video": {
    video_url: { required: true, type: "string | Blob | File", usual: null },
    audio_url: { required: true, type: "string | Blob | File", usual: null },
    start_offset: { required: false, type: "number", usual: "0" },
  },
};

/** Endpoints of sound, by their ids or what is in them. */
const SOUND: readonly [RegExp, SoundWork][] = [
  [/^fal-ai\/ffmpeg-api\/compose$/, "compose"],
  [/^fal-ai\/ffmpeg-api\/loudnorm$/, "level"],
  [/^fal-ai\/ffmpeg-api\/merge-audio-video$/, "merge_sound"],
  [/\/(kokoro|minimax\/speech)|\btts\b|text-to-speech/, "speech"],
  [/music|stable-audio|lyria/, "music"],
];

const START_FRAMES = ["image_url", "start_image_url", "first_frame_url"];
const END_FRAMES = ["end_image_url", "tail_image_url", "last_frame_url"];

/** An endpoint of fal's by its whole id, with the schema that fal publishes; null: no such one. */
export function findEndpoint(id: string): Endpoint | null {
  const listed = Object.hasOwn(UNLISTED, id) ? UNLISTED[id] ?? id : id;
  const schema = Object.hasOwn(DESCRIBED, id) ? DESCRIBED[id] ?? null : publishedSchema(listed);
  const work = workOf(id);
  if (schema === null || work === null) return null;

  const fields = Object.fromEntries(
    Object.entries(schema).map(([name, field]) => [name, fieldOf(field)]),
  );
  return {
    work,
    fields,
    startFrame: START_FRAMES.find((name) => Object.hasOwn(fields, name)) ?? null,
    endFrame: END_FRAMES.find((name) => Object.hasOwn(fields, name)) ?? null,
    seconds: usualSeconds(id, (name) => Number.parseFloat(schema[name]?.usual ?? "")),
  };
}

function workOf(id: string): Endpoint["work"] | null {
  if (id === "fal-ai/ffmpeg-api/extract-frame") return "frame";
  if (id === "fal-ai/ffmpeg-api/merge-videos") return "join";
  if (id === "fal-ai/image-editing/reframe") return "reframe";
  const sound = SOUND.find(([pattern]) => pattern.test(id));
  if (sound) return sound[1];
  if (/\/(motion-control|animate\/\w+)$/.test(id)) return "motion_control";
  if (/(image|text|frame)-to-video\b/.test(id)) return "clip";
  return /\/(veo|minimax|luma|magi|ltx|cogvideox)/.test(id) ? "clip" : null;
}

function fieldOf({ type, required }: PublishedField): Field {
  if (/^("[^"]*"( \| )?)+$/.test(type)) {
    return {
      is: "choice",
      required,
      of: [...type.matchAll(/"([^"]*)"/g)].map(([, one = ""]) => one),
    };
  }
  switch (type) {
    case "string | Blob | File":
      return { is: "url", required };
    case "string":
      return { is: "text", required };
    case "number":
      return { is: "number", required };
    case "boolean":
      return { is: "flag", required };
    case "Array<string | Blob | File>":
    case "Array<string>":
      // The generated types do not tell how many; fal's pages say two for the one endpoint here.
      return { is: "urls", required, atLeast: 2 };
    default:
      return { is: "any", required };
  }
}

function usualSeconds(id: string, usual: (field: string) => number): number {
  if (id.includes("/minimax/")) return 6;
  const frames = usual("num_frames") || usual("number_of_frames");
  const rate = usual("fps") || usual("frame_rate") || usual("frames_per_second");
  return usual("duration") || Math.round(frames / rate) || 5;
}
