/*
 * The bodies that workers, wrappers and services post, as their documents print them, about rows by
 * the ids that are given; without a task's id, about a task that nobody here knows.
 */

export type Body = Record<string, unknown>;

export const IMAGES = [{
  url: "https://example.com/generated-image.jpg",
  width: 1024,
  height: 1024,
}];

const VIDEO = { video: { url: "https://v3b.fal.media/files/b/output.mp4", duration: 5 } };

export function workerCompleted(request_id: string) {
  const response = { video: { url: VIDEO.video.url } };
  return { request_id, status: "COMPLETED", response };
}

export function workerFailed(request_id: string) {
  return { request_id, status: "FAILED", error: { message: "Error description" } };
}

/** Small letters, the result below `result`, and metadata of the sender's own. */
export function wrapped(
  request_id: string,
  { status = "completed", type = "video", project_id = "9f1c", result }: {
    status?: string;
    type?: "image" | "video";
    project_id?: string;
    result?: unknown;
  } = {},
) {
  const metadata = { job_id: "8b4e", project_id, user_id: "user_1", generation_type: type };
  const made = type === "image" ? { images: IMAGES } : VIDEO;
  return { request_id, status, result: status === "completed" ? made : result, metadata };
}

export function clipMade(scene_id: string, project_id: string, task_id = "task_1234567890_abc") {
  return {
    task_id,
    status: "completed",
    scene_id,
    project_id,
    video_url: "https://cdn.example.com/videos/scene_001.mp4",
    thumbnail_url: "https://cdn.example.com/thumbnails/scene_001.jpg",
    duration: 5.0,
    fps: 24,
    width: 1920,
    height: 1080,
    quality_score: 8.5,
    metadata: { model: "runway-gen3-alpha", processing_time: 45.2 },
    timestamp: "2025-10-04T10:30:00.000Z",
  };
}

export function frameMade(scene_id: string, project_id: string, task_id = "task_1234567890_def") {
  return {
    task_id,
    status: "completed",
    scene_id,
    project_id,
    last_frame_url: "https://cdn.example.com/frames/scene_001_last.jpg",
    width: 1920,
    height: 1080,
    format: "jpeg",
    metadata: { extraction_time: 2.1, frame_number: 120 },
    timestamp: "2025-10-04T10:31:00.000Z",
  };
}

export function filmMade(project_id: string, task_id = "task_1234567890_ghi") {
  return {
    task_id,
    status: "completed",
    project_id,
    final_video_url: "https://cdn.example.com/final/project_xyz.mp4",
    thumbnail_url: "https://cdn.example.com/final/project_xyz_thumb.jpg",
    duration: 120.5,
    total_scenes: 24,
    file_size: 524288000,
    format: "mp4",
    resolution: "1920x1080",
    metadata: { processing_time: 180.5, transitions_applied: 23, audio_tracks: 2 },
    timestamp: "2025-10-04T10:45:00.000Z",
  };
}

/** The form of an older frame service, which joins clips too. */
export function olderJob(project_id: string, service: string) {
  return {
    id: crypto.randomUUID(),
    timestamp: "2026-03-04T05:06:07.890Z",
    job_id: crypto.randomUUID(),
    status: "completed",
    service,
    result: { output_url: "https://example.com/stitched-video.mp4", duration: 120 },
    metadata: { project_id, user_id: "user_1", original_job_id: "8b4e" },
  };
}
