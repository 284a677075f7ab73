/** Bodies that a door takes, by a name for the occasion. Ids stand for ones of your own: `--set`. */
export type Samples = Record<string, Record<string, unknown>>;

const CLIP = "https://media.example.com/clips/harbour.mp4";
const FRAME = "https://media.example.com/frames/harbour_last.png";
const FILM = "https://media.example.com/films/harbour.mp4";
const AT = "2026-03-04T05:06:07.890Z";

/** How fal itself writes: `OK` or `ERROR`, and the model's own output. */
const fal = (body: Record<string, unknown>) => ({
  request_id: "5b6c0f7e-41a2-4a0b-9c57-1f5f5a2f9e10",
  gateway_request_id: "5b6c0f7e-41a2-4a0b-9c57-1f5f5a2f9e10",
  error: null,
  ...body,
});

/** How a worker that speaks the queue's words writes: `COMPLETED` or `FAILED`. */
const worker = (body: Record<string, unknown>) => ({
  request_id: "8d0d1f5c-7c3e-4f0a-a0a5-b1f7f0f6c5d2",
  ...body,
});

/** How an app that wraps fal writes: small letters, and metadata of its own. */
const wrapped = (type: "image" | "video", body: Record<string, unknown>) => ({
  request_id: "c7a4e1de-9f0b-4b67-8d53-2a4c31d3b6aa",
  ...body,
  metadata: {
    job_id: "job_harbour",
    project_id: "proj_harbour",
    user_id: "user_ada",
    generation_type: type,
  },
});

const scene = (body: Record<string, unknown>) => ({
  task_id: "task_harbour_1",
  scene_id: "scene_harbour",
  project_id: "proj_harbour",
  timestamp: AT,
  ...body,
});

/** How a video service reports on a task that names no scene. */
const task = (body: Record<string, unknown>) => ({
  task_id: "4f1f6a8e-2b7d-4b8e-9a55-0c9d5d1c7b21",
  webhook_type: "video_generation_completed",
  timestamp: AT,
  model: "harbour-video",
  prompt: "Boats leave the harbour at dawn",
  ...body,
});

const frameJob = (service: string, outputUrl: string) => ({
  id: "9a1c34c5-5b51-4d5f-8b36-6f4cf5f5f8ce",
  timestamp: AT,
  job_id: "job_harbour",
  status: "completed",
  service,
  result: { output_url: outputUrl, duration: 15 },
  metadata: { project_id: "proj_harbour", user_id: "user_ada", original_job_id: "job_first" },
});

const JOB = {
  video_id: "video_harbour",
  user_id: "user_ada",
  chat_id: "chat_7",
  source: "webhook:send",
  request_timestamp: AT,
};

/** Every documented body, by door; the first of each door is what is sent unless told otherwise. */
export const WEBHOOK_SAMPLES: Record<string, Samples> = {
  "webhook": {
    job: { ...JOB, prompt: "Boats leave the harbour at dawn" },
    scenes: {
      ...JOB,
      aspect_ratio: "9:16",
      image_url: "https://media.example.com/harbour.png",
      scenes: [
        { prompt: "Boats leave the harbour at dawn", duration: 5 },
        { prompt: "Gulls follow them out to sea", duration: 5 },
        { prompt: "The town, seen from the water", duration: 5, continuity: "cut" },
      ],
    },
    revision: { ...JOB, prompt: "The same boats, at dusk", is_revision: true },
  },
  "videos": {
    video: { model: "minimax-video", prompt: "Boats leave the harbour at dawn", duration: 6 },
  },
  "fal-webhook": {
    completed: fal({
      status: "OK",
      payload: { video: { url: CLIP, content_type: "video/mp4", file_size: 1_843_201 } },
    }),
    images: fal({
      status: "OK",
      payload: { images: [{ url: FRAME, width: 720, height: 1280 }] },
    }),
    unread: fal({
      status: "OK",
      payload: null,
      payload_error: "Response payload is not JSON serializable.",
    }),
    refused: fal({
      status: "ERROR",
      error: "Invalid status code: 422",
      payload: {
        detail: [{ loc: ["body", "prompt"], msg: "field required", type: "value_error.missing" }],
      },
    }),
    failed: fal({
      status: "ERROR",
      error: "Invalid status code: 504",
      payload: { detail: "Request timed out", error_type: "request_timeout" },
    }),
    "worker-completed": worker({ status: "COMPLETED", response: { video: { url: CLIP } } }),
    "worker-failed": worker({ status: "FAILED", error: { message: "The driver video is empty" } }),
    "wrapped-completed": wrapped("video", {
      status: "completed",
      result: { video: { url: CLIP, duration: 5 } },
    }),
    "wrapped-images": wrapped("image", {
      status: "completed",
      result: { images: [{ url: FRAME, width: 720, height: 1280 }] },
    }),
    "wrapped-failed": wrapped("video", {
      status: "failed",
      result: { error: "The model is out of order" },
    }),
    "wrapped-progress": wrapped("video", { status: "in_progress" }),
  },
  "video-complete": {
    completed: scene({
      status: "completed",
      video_url: CLIP,
      thumbnail_url: FRAME,
      duration: 5,
      fps: 30,
      width: 720,
      height: 1280,
      quality_score: 7.5,
      metadata: { model: "harbour-video", processing_time: 31.4 },
    }),
    failed: scene({ status: "failed", error: "The model ran out of memory" }),
    "failed-message": scene({
      status: "failed",
      error: { message: "The model ran out of memory" },
    }),
    "task-completed": task({
      status: "completed",
      video_url: CLIP,
      generation_duration_seconds: 31.4,
    }),
    "task-failed": task({ status: "failed", error: "Not enough credits" }),
    "task-cancelled": task({ status: "cancelled", error: "Cancelled on request" }),
    "task-progress": task({
      status: "processing",
      webhook_type: "video_generation_progress",
      progress_percentage: 40,
      message: "Rendering",
      estimated_seconds_remaining: 20,
    }),
  },
  "last-frame-complete": {
    completed: scene({
      status: "completed",
      last_frame_url: FRAME,
      width: 720,
      height: 1280,
      format: "png",
      metadata: { extraction_time: 0.8, frame_number: 150 },
    }),
    failed: scene({ status: "failed", error: "The clip has no frames" }),
    "job-completed": frameJob("last-frame", FRAME),
    "job-stitched": frameJob("video-stitch", FILM),
  },
  "stitch-complete": {
    completed: {
      task_id: "task_harbour_3",
      status: "completed",
      project_id: "proj_harbour",
      final_video_url: FILM,
      thumbnail_url: FRAME,
      duration: 15,
      total_scenes: 3,
      file_size: 5_529_603,
      format: "mp4",
      resolution: "720x1280",
      metadata: { processing_time: 12.5, transitions_applied: 2, audio_tracks: 1 },
      timestamp: AT,
    },
    failed: {
      task_id: "task_harbour_3",
      status: "failed",
      project_id: "proj_harbour",
      error: { message: "The clips differ in size" },
      timestamp: AT,
    },
  },
  "pipeline-step": { bell: { type: "bell" } },
};
