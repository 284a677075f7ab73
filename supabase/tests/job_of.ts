import type { Job, JobScene } from "../functions/_shared/transitions/projects.ts";

/** What a test may say about a job; the rest is a plain one. */
export type JobOptions = Partial<Omit<Job, "scenes">> & {
  /** How each scene begins. */
  scenes?: JobScene["continuity"][];
  /** Clips of every scene. */
  clips?: number;
  /** The aspect ratio that images of scenes are brought to. */
  reframe_to?: string;
};

/** A parsed job. Each call's body differs from every other's, unless `request` is given. */
export function jobOf(
  { scenes = ["last_frame"], clips = 1, reframe_to, ...given }: JobOptions = {},
): Job {
  return {
    via: "webhook",
    video_id: "video-1",
    user_id: "user-1",
    chat_id: "chat-1",
    user_email: null,
    user_name: null,
    source: "chat",
    prompt: "A lighthouse",
    image_url: "https://images.test/start.png",
    model: null,
    aspect_ratio: "16:9",
    is_revision: false,
    callback_url: "https://client.test/callback",
    events: null,
    webhook_headers: null,
    idempotency_key: null,
    execution_mode: null,
    metadata: {},
    request: { nonce: crypto.randomUUID() },
    ...given,
    scenes: scenes.map((continuity, index) => ({
      prompt: `Scene ${index + 1}`,
      image_url: null,
      continuity,
      metadata: {},
      ...(reframe_to !== undefined && { reframe_to }),
      chunks: Array.from({ length: clips }, (_, part) => ({
        model: "fal-ai/some-model",
        prompt: `Scene ${index + 1}, part ${part + 1}`,
        duration: 5,
        driver_video_url: null,
        audio_url: null,
      })),
    })),
  };
}
