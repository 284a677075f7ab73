import { eachOnce, type Issue } from "../_shared/errors.ts";
import { EVENTS } from "../_shared/events.ts";
import { type ParsedJob, parseJob, type ParseOptions } from "../_shared/planning/parse_job.ts";
import { zodIssues } from "../_shared/zod_issues.ts";
import { nearestRatio } from "./nearest_ratio.ts";
import { VideoFields } from "./video_fields.ts";

export type VideoOptions = ParseOptions & {
  /** The installation's own names for models. */
  aliases: Readonly<Record<string, string>>;
};

/** What this API knows of; a job may ask for stages as well. */
const FILM_EVENTS = EVENTS.filter((event) => event.startsWith("video.generation."));

/** Who asks where the request does not say: idempotency keys are counted per user. */
const NOBODY = "videos";

/**
 * Reads a request for one video as a job of one scene, by the rules for jobs. The sender's name for
 * the model stays the film's; the clip is asked of what it stands for.
 */
export function parseVideo(body: unknown, { aliases, ...options }: VideoOptions): ParsedJob {
  const read = VideoFields.safeParse(body);
  if (!read.success) return { issues: zodIssues(read.error) };
  const {
    model,
    prompt,
    size,
    webhook_url,
    webhook_events,
    user,
    user_id,
    video_id,
    ...others
  } = read.data;
  const { duration, image_url, driver_video_url, audio_url, scenes: _, ...kept } = others;
  const ours = Object.hasOwn(aliases, model) ? aliases[model] : model;

  const parsed = parseJob({
    ...kept,
    ...(size && { aspect_ratio: nearestRatio(size), size }),
    video_id: video_id ?? `video_${crypto.randomUUID()}`,
    user_id: user_id ?? user ?? NOBODY,
    prompt,
    model: ours,
    scenes: [{ prompt, duration, image_url, driver_video_url, audio_url }],
    callback_url: webhook_url,
    events: webhook_events ?? FILM_EVENTS,
  }, options);
  if ("issues" in parsed) {
    return { issues: eachOnce(parsed.issues.map((issue) => asSent(issue, { size }))) };
  }

  return { job: { ...parsed.job, via: "videos", model } };
}

/** Where in this request stands what a job calls otherwise. */
function asSent({ path, message }: Issue, { size }: Pick<VideoFields, "size">): Issue {
  if (path === "callback_url") return { path: "webhook_url", message };
  if (path === "aspect_ratio" && size) {
    return { path: "size", message: `Nearest to ${nearestRatio(size)}: ${message}` };
  }
  return { path: path.replace(/^scenes\.0\./, ""), message };
}
