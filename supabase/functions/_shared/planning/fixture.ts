import assert from "node:assert/strict";
import type { Job } from "../transitions/projects.ts";
import { type ParsedJob, parseJob, type ParseOptions } from "./parse_job.ts";

/** As little as a job can say. */
export const LEAST = { video_id: "vid_1", user_id: "user_1", prompt: "A pair of red shoes" };

/** Reads a body as a door does; the installation has FAL_KEY alone, unless told otherwise. */
export function read(body: unknown, more: Partial<ParseOptions> = {}): ParsedJob {
  const text = JSON.stringify(body);
  return parseJob(body, { text, keyHeader: null, allowPrivate: false, ...more });
}

export function jobOf(body: unknown, more: Partial<ParseOptions> = {}): Job {
  const parsed = read(body, more);
  assert.ok("job" in parsed, JSON.stringify(parsed));
  return parsed.job;
}

/** Paths of what is wrong with it. */
export function wrongPaths(body: unknown, more: Partial<ParseOptions> = {}): string[] {
  const parsed = read(body, more);
  return "issues" in parsed ? parsed.issues.map(({ path }) => path) : [];
}
