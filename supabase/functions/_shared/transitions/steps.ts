import * as z from "zod";
import type { Database } from "../database.ts";
import { toStorable } from "../storable.ts";
import type { Failure, Output } from "./results.ts";

/** The piece of work that a step asks for. `cancel_request` tells a provider that we gave up. */
export const StepKind = z.enum([
  "storyboard",
  "reframe_image",
  "generate_clip",
  "extract_last_frame",
  "extract_thumbnail",
  "stitch",
  "store_film",
  "cancel_request",
  "generate_voice",
  "generate_music",
  "level_music",
  "mux_audio",
  "mix_music",
  "store_captions",
  "burn_captions",
  "check_frame",
]);
export type StepKind = z.infer<typeof StepKind>;

/** `test` does everything for films in test mode, and nothing for others. */
export type Provider =
  | "fal"
  | "video"
  | "lastframe"
  | "stitch"
  | "storage"
  | "openai"
  | "test";

export const Attempt = z.object({
  attempt_id: z.string(),
  /** Goes into the callback URL as `?token=`. */
  attempt_token: z.string(),
  number: z.number(),
  /** Goes out with the call, where the job came with one. */
  traceparent: z.string().nullish(),
  provider: z.string(),
  input: z.record(z.string(), z.unknown()),
  request_id: z.string().nullable(),
  status_url: z.string().nullable(),
  response_url: z.string().nullable(),
  cancel_url: z.string().nullable(),
  /** ISO 8601. */
  created_at: z.string(),
  /** By the database's clock, which may differ from ours. Schemas before this one do not say. */
  age_seconds: z.number().optional(),
  /** Its call is to be announced right before it is made. Schemas before this one do not ask. */
  announce: z.boolean().optional(),
});
export type Attempt = z.infer<typeof Attempt>;

export const StepWork = z.object({
  kind: z.literal("step"),
  step_id: z.string(),
  step: StepKind,
  /**
   * start: call the provider. ask: it accepted and is silent, ask for the result.
   * lookup: its answer to our call was lost, find out whether it accepted; never call again.
   */
  mode: z.enum(["start", "ask", "lookup"]),
  claim_token: z.string(),
  project_id: z.string(),
  attempt: Attempt,
});
export type StepWork = z.infer<typeof StepWork>;

export const Verdict = z.enum(["applied", "stale"]);
export type Verdict = z.infer<typeof Verdict>;

/**
 * Says that the call goes out now. Until then an attempt whose runner died is simply begun anew. On
 * `stale` the call must not be made: the claim is over.
 */
export function announceCall(db: Database, work: StepWork): Promise<Verdict> {
  return db.call("announce_call", {
    p_step_id: work.step_id,
    p_claim_token: work.claim_token,
    p_attempt_id: work.attempt.attempt_id,
  }, Verdict);
}

/** Says that the call of this attempt was not made and never will be; the step is begun anew. */
export function withdrawCall(db: Database, work: StepWork): Promise<Verdict> {
  return db.call("withdraw_call", {
    p_step_id: work.step_id,
    p_attempt_id: work.attempt.attempt_id,
  }, Verdict);
}

export type Submission = {
  request_id: string;
  status_url: string | null;
  response_url: string | null;
  cancel_url: string | null;
};

/** The provider accepted. From here on its callback, or our asking, moves the step on. */
export function recordSubmission(
  db: Database,
  work: StepWork,
  submission: Submission,
): Promise<Verdict> {
  return db.call("record_submission", {
    p_step_id: work.step_id,
    p_claim_token: work.claim_token,
    p_attempt_id: work.attempt.attempt_id,
    p_submission: submission,
  }, Verdict);
}

/** What became of an attempt, as learnt by calling or asking. */
export type Answer =
  | { state: "completed"; output: Output }
  | { state: "failed"; error: Failure }
  | { state: "cancelled" }
  | { state: "in_progress"; progress?: number }
  /**
   * The call went out and no usable answer came back: the provider may or may not have accepted.
   * `unasked`: this look-up reached nobody, and the next may.
   */
  | { state: "lost"; message: string; unasked?: boolean; away?: boolean }
  /** Asking failed; nothing was learnt. `away`: nobody is there just now, or lets us in. */
  | { state: "unreachable"; message: string; away?: boolean };

/** Whatever a provider wrote into it: a character that Postgres cannot hold is replaced. */
export function recordAnswer(db: Database, work: StepWork, answer: Answer): Promise<Verdict> {
  return db.call("record_answer", {
    p_step_id: work.step_id,
    p_claim_token: work.claim_token,
    p_attempt_id: work.attempt.attempt_id,
    p_answer: toStorable(answer),
  }, Verdict);
}
