/** What a job or an endpoint can ask to be told. */
export const EVENTS = [
  "video.generation.completed",
  "video.generation.failed",
  "video.generation.cancelled",
  "video.generation.progress",
  "storyboard.completed",
  "scene.started",
  "scene.completed",
  "scene.failed",
  "stitching.started",
] as const;
