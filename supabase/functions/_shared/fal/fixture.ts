import type { StepKind, StepWork } from "../transitions/steps.ts";
import type { FalProviderDeps } from "./provider.ts";

export const KEY = "test-key-id:test-key-secret";
export const TOKEN = "att_1.0123456789abcdef";
export const MODEL = "fal-ai/kling-video/v2.5-turbo/pro/image-to-video";
export const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);

/** fal at one address, patient for two seconds. */
export function falDeps(url: string, more: Partial<FalProviderDeps> = {}): FalProviderDeps {
  return {
    key: KEY,
    queueUrl: url,
    apiUrl: url,
    callbackUrl: "https://project.example.com/functions/v1/fal-webhook",
    fetch,
    now: () => NOW,
    timeoutMs: 2000,
    readStart: () => Promise.resolve({ problem: "nothing is read here" }),
    ...more,
  };
}

const CLIP = {
  model: MODEL,
  prompt: "A fox in the snow",
  duration: 5,
  aspect_ratio: "9:16",
  image_url: "https://files.example.com/fox.png",
  driver_video_url: null,
  audio_url: null,
  project_id: "proj_1",
  scene_id: "scene_1",
  chunk_id: "chunk_1",
};

/** A claimed step; `generate_clip` has an input of its own. */
export function work(
  { step = "generate_clip", input = CLIP, attempt = {} }: {
    step?: StepKind;
    input?: Record<string, unknown>;
    attempt?: Partial<StepWork["attempt"]>;
  } = {},
): StepWork {
  return {
    kind: "step",
    step_id: "step_1",
    step,
    mode: "start",
    claim_token: "claim_1",
    project_id: "proj_1",
    attempt: {
      attempt_id: "att_1",
      attempt_token: TOKEN,
      number: 1,
      provider: "fal",
      input,
      request_id: null,
      status_url: null,
      response_url: null,
      cancel_url: null,
      created_at: new Date(NOW).toISOString(),
      ...attempt,
    },
  };
}
