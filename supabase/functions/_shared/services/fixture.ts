import { NOW, TOKEN, work } from "../fal/fixture.ts";
import type { StepKind, StepWork } from "../transitions/steps.ts";
import { FRAME_SERVICE } from "./frame_service.ts";
import type { Service, ServiceDeps } from "./service.ts";
import { STITCH_SERVICE } from "./stitch_service.ts";
import { VIDEO_SERVICE } from "./video_service.ts";

export { NOW, TOKEN };
export const KEY = "test-service-key";

/** The services at one address, patient for two seconds. */
export function serviceDeps(
  url: string,
  { service = VIDEO_SERVICE, ...more }: Partial<ServiceDeps> = {},
): ServiceDeps {
  return {
    service,
    url,
    key: KEY,
    callbackUrl: `https://project.example.com/functions/v1/${service.door}`,
    fetch,
    now: () => NOW,
    timeoutMs: 2000,
    ...more,
  };
}

const CONTEXT = { project_id: "proj_1", scene_id: "scene_1", chunk_id: "chunk_1" };

/** A claimed step of a service, and what the service posts once it is done. */
export type ServiceCase = {
  service: Service;
  /** Where it is not the service's own. */
  step?: StepKind;
  /** Where it is not the service's own. */
  path?: string;
  input: Record<string, unknown>;
  sent: Record<string, unknown>;
  completed: Record<string, unknown>;
  output: Record<string, unknown>;
};

export const VIDEO: ServiceCase = {
  service: VIDEO_SERVICE,
  input: {
    ...CONTEXT,
    model: "minimax-video",
    prompt: "A fox in the snow",
    duration: 6,
    aspect_ratio: "9:16",
    image_url: "https://files.example.com/fox.png",
    driver_video_url: "https://files.example.com/dance.mp4",
    audio_url: null,
  },
  sent: {
    model: "minimax-video",
    prompt: "A fox in the snow",
    duration: 6,
    size: "720x1280",
    image_url: "https://files.example.com/fox.png",
    driver_video_url: "https://files.example.com/dance.mp4",
    scene_id: "scene_1",
    project_id: "proj_1",
  },
  completed: { video_url: "https://cdn.example.com/1.mp4", duration: 6, fps: 24 },
  output: { video_url: "https://cdn.example.com/1.mp4", duration: 6, fps: 24 },
};

export const FRAME: ServiceCase = {
  service: FRAME_SERVICE,
  input: { ...CONTEXT, video_url: "https://cdn.example.com/1.mp4" },
  sent: {
    video_url: "https://cdn.example.com/1.mp4",
    scene_id: "scene_1",
    project_id: "proj_1",
  },
  completed: { last_frame_url: "https://cdn.example.com/1.jpg", width: 720, height: 1280 },
  output: { image_url: "https://cdn.example.com/1.jpg", width: 720, height: 1280 },
};

export const STITCH: ServiceCase = {
  service: STITCH_SERVICE,
  input: {
    project_id: "proj_1",
    video_urls: ["https://cdn.example.com/1.mp4", "https://cdn.example.com/2.mp4"],
    aspect_ratio: "9:16",
  },
  sent: {
    project_id: "proj_1",
    video_urls: ["https://cdn.example.com/1.mp4", "https://cdn.example.com/2.mp4"],
  },
  completed: { final_video_url: "https://cdn.example.com/film.mp4", duration: 12 },
  output: { video_url: "https://cdn.example.com/film.mp4", duration: 12 },
};

const FINISHED = {
  completed: { final_video_url: "https://cdn.example.com/film.mp4", duration: 12 },
  output: { video_url: "https://cdn.example.com/film.mp4", duration: 12 },
};

const MUX: ServiceCase = {
  service: STITCH_SERVICE,
  step: "mux_audio",
  path: "/v1/stitch/mux",
  input: {
    ...CONTEXT,
    audio_url: "https://cdn.example.com/voice.mp3",
    video_urls: ["https://cdn.example.com/1.mp4"],
    lengths: [5],
    seconds: 5,
  },
  sent: {
    project_id: "proj_1",
    scene_id: "scene_1",
    audio_url: "https://cdn.example.com/voice.mp3",
    video_urls: ["https://cdn.example.com/1.mp4"],
  },
  ...FINISHED,
};

export const MIX: ServiceCase = {
  service: STITCH_SERVICE,
  step: "mix_music",
  path: "/v1/stitch/mix",
  input: {
    project_id: "proj_1",
    video_url: "https://cdn.example.com/cut.mp4",
    music_url: "https://cdn.example.com/bed.mp3",
    volume: 0.25,
    ducking: true,
    has_sound: true,
    seconds: null,
  },
  sent: {
    project_id: "proj_1",
    video_url: "https://cdn.example.com/cut.mp4",
    music_url: "https://cdn.example.com/bed.mp3",
    volume: 0.25,
    ducking: true,
  },
  ...FINISHED,
};

const BURN: ServiceCase = {
  service: STITCH_SERVICE,
  step: "burn_captions",
  path: "/v1/stitch/captions",
  input: {
    project_id: "proj_1",
    video_url: "https://cdn.example.com/cut.mp4",
    captions_url: "https://cdn.example.com/film.srt",
  },
  sent: {
    project_id: "proj_1",
    video_url: "https://cdn.example.com/cut.mp4",
    captions_url: "https://cdn.example.com/film.srt",
  },
  ...FINISHED,
};

/** A cut with all that a job can ask of it. */
const CUT: ServiceCase = {
  ...STITCH,
  input: { ...STITCH.input, transitions: ["cut", "fade"], fps: 25, width: 1280, height: 720 },
  sent: { ...STITCH.sent, transitions: ["cut", "fade"], fps: 25, width: 1280, height: 720 },
};

export const CASES: readonly ServiceCase[] = [VIDEO, FRAME, STITCH, CUT, MUX, MIX, BURN];

/** The case's step as it is claimed. */
export function workOf(
  { service, step = service.step, input }: ServiceCase,
  attempt: Partial<StepWork["attempt"]> = {},
): StepWork {
  return work({
    step,
    input,
    attempt: { provider: service.provider, ...attempt },
  });
}
