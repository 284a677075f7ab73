import type { Issue } from "../errors.ts";
import { whyNotPublic } from "../private_target.ts";
import { findUnstorable, isStorableJson } from "../storable.ts";
import type { Job, JobScene } from "../transitions/projects.ts";
import { checkWebhookHeaders } from "../webhook_headers.ts";
import { zodIssues } from "../zod_issues.ts";
import { FAL_OFFERS, type FinishOffers, TEST_OFFERS } from "./finish_offers.ts";
import { JobFields, jobMetadata } from "./job_fields.ts";
import { planFinish } from "./plan_finish.ts";
import { planJob, type StoryboardBy, storyboardWishes } from "./plan_job.ts";
import type { Planning } from "./plan_scenes.ts";

/** Prompts of all clips together: a body of 1 MiB may ask for a hundred times as much. */
const MOST_CHARACTERS = 16 * 1024 * 1024;

export type ParseOptions = Planning & {
  /** The body as it was sent: no number in it has lost a digit. */
  text: string;
  /** `Idempotency-Key`, which goes before the field. */
  keyHeader: string | null;
  /** ALLOW_PRIVATE_TARGETS. */
  allowPrivate: boolean;
  /** What the installation has for sound, captions and seams. */
  offers?: FinishOffers;
  /** The installation has a notification service. */
  notify?: boolean;
  /** OPENAI_API_KEY is set. */
  hasStoryboardModel?: boolean;
  providers?: Job["providers"];
};

export type ParsedJob = { job: Job } | { issues: Issue[] };

/**
 * Reads a job as a chat app posts it. Everything that can be known to fail is refused here, where it
 * costs nothing: fields, models, durations, targets.
 */
export function parseJob(
  body: unknown,
  { text, keyHeader, allowPrivate, notify = false, providers, offers = FAL_OFFERS, ...planning }:
    ParseOptions,
): ParsedJob {
  // The text goes to Postgres as it is, with what JSON.parse or a schema left out of the body.
  const unstorable = findUnstorable(body) ?? (isStorableJson(text) ? null : "");
  if (unstorable !== null) {
    const message =
      "Cannot be stored: it contains U+0000, half a surrogate pair or an endless number";
    return { issues: [{ path: unstorable, message }] };
  }

  const read = JobFields.safeParse(body);
  if (!read.success) return { issues: zodIssues(read.error) };
  const fields = read.data;
  const key = keyHeader?.trim() || null;

  const issues = checkFields(fields, { key, allowPrivate });
  if (issues.length > 0) return { issues };

  const plan = planJob(fields, planning);
  if ("issues" in plan) return { issues: plan.issues };
  if (charactersOf(plan.scenes) > MOST_CHARACTERS) {
    const message = `Its clips would repeat their prompts: ${MOST_CHARACTERS} characters at most`;
    return { issues: [{ path: fields.scenes ? "scenes" : "prompt", message }] };
  }
  // In test mode nobody outside is asked for anything: whatever a job may ask is there.
  const finish = planFinish(
    fields,
    plan.scenes,
    fields.executionMode === "test" ? TEST_OFFERS : offers,
  );
  if ("issues" in finish) return { issues: finish.issues };
  const job = toJob(fields, { key, ...plan, request: text });
  return { job: { ...job, ...finish, ...notify && { notify }, ...providers && { providers } } };
}

/** Each clip of a scene has the scene's prompt. */
function charactersOf(scenes: readonly JobScene[]): number {
  return scenes.reduce((sum, { prompt, chunks }) => sum + prompt.length * chunks.length, 0);
}

function checkFields(
  { prompt, scenes, callback_url, webhook_headers }: JobFields,
  { key, allowPrivate }: { key: string | null; allowPrivate: boolean },
): Issue[] {
  const issues = webhook_headers ? checkWebhookHeaders(webhook_headers) : [];
  if (!prompt && !scenes) issues.push({ path: "prompt", message: "Required: prompt or scenes" });
  if (key !== null && key.length > 255) {
    issues.push({ path: "idempotency_key", message: "Longer than 255 characters" });
  }
  const problem = typeof callback_url === "string"
    ? whyNotPublic(callback_url, { allowPrivate })
    : null;
  if (problem !== null) {
    issues.push({ path: "callback_url", message: `Cannot call this address: ${problem}` });
  }
  return issues;
}

function toJob(
  fields: JobFields,
  { key, scenes, storyboard, request }: Pick<Job, "scenes" | "request"> & {
    key: string | null;
    storyboard: StoryboardBy;
  },
): Job {
  return {
    via: "webhook",
    video_id: fields.video_id,
    user_id: fields.user_id,
    chat_id: fields.chat_id === null || fields.chat_id === undefined ? null : `${fields.chat_id}`,
    user_email: fields.user_email ?? null,
    user_name: fields.user_name ?? null,
    source: fields.source ?? null,
    prompt: fields.prompt ?? null,
    image_url: fields.image_url ?? null,
    model: fields.model ?? null,
    aspect_ratio: fields.aspect_ratio ?? null,
    is_revision: fields.is_revision ?? false,
    callback_url: fields.callback_url ?? null,
    events: fields.events ?? null,
    webhook_headers: fields.webhook_headers ?? null,
    idempotency_key: key ?? fields.idempotency_key ?? null,
    execution_mode: fields.executionMode ?? null,
    metadata: jobMetadata(fields),
    ...(typeof fields.max_cost_usd === "number" && { max_cost_usd: fields.max_cost_usd }),
    ...(fields.stop_at && { stop_at: fields.stop_at }),
    storyboard,
    ...storyboard === "model" && { wishes: storyboardWishes(fields) },
    scenes,
    request,
  };
}
