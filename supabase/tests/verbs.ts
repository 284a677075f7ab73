import type { ISql, Sql } from "postgres";
import type { Database } from "../functions/_shared/database.ts";
import {
  type Callback,
  type CallbackResult,
  receiveCallback,
  type ReceivedCallback,
} from "../functions/_shared/transitions/callbacks.ts";
import type { DeliveryWork } from "../functions/_shared/transitions/deliveries.ts";
import type { Output } from "../functions/_shared/transitions/results.ts";
import {
  type Answer,
  type Provider,
  recordAnswer,
  recordSubmission,
  type StepKind,
  type StepWork,
  type Verdict,
} from "../functions/_shared/transitions/steps.ts";
import { jobOf } from "./job_of.ts";
import { claimWork } from "../functions/_shared/transitions/work.ts";

/** What an installation with FAL_KEY alone has. */
export const PROVIDERS: Record<StepKind, Provider> = {
  storyboard: "openai",
  reframe_image: "fal",
  generate_clip: "fal",
  extract_last_frame: "fal",
  extract_thumbnail: "fal",
  stitch: "fal",
  store_film: "storage",
  cancel_request: "fal",
  generate_voice: "fal",
  generate_music: "fal",
  level_music: "fal",
  mux_audio: "fal",
  mix_music: "fal",
  store_captions: "storage",
  burn_captions: "stitch",
  check_frame: "storage",
};

/** The steps that are due. */
export async function claim(
  db: Database,
  { limit = 40, providers = PROVIDERS, answersBell = false, announced = [] }: {
    limit?: number;
    providers?: Partial<Record<StepKind, Provider>>;
    answersBell?: boolean;
    /** Whose calls the runner announces; runners of old announce none. */
    announced?: readonly Provider[];
  } = {},
): Promise<StepWork[]> {
  const { work } = await claimWork(db, { limit, providers, answersBell, announced });
  return work.filter((item) => item.kind === "step");
}

/** The deliveries that are due. */
export async function claimDeliveries(db: Database): Promise<DeliveryWork[]> {
  const { work } = await claimWork(db, { limit: 40, providers: {}, answersBell: false });
  return work.filter((item) => item.kind === "delivery");
}

/** The request id under which `submit` and `callbackOf` know an attempt. */
export function requestOf(work: StepWork): string {
  return `req-${work.attempt.attempt_id}`;
}

export function submit(db: Database, work: StepWork, id = requestOf(work)): Promise<Verdict> {
  return recordSubmission(db, work, {
    request_id: id,
    status_url: `https://queue.test/${id}/status`,
    response_url: `https://queue.test/${id}`,
    cancel_url: `https://queue.test/${id}/cancel`,
  });
}

/** What a provider makes for each kind of step. */
export function outputOf(work: StepWork): Output {
  const url = `https://made.test/${work.step_id}`;
  switch (work.step) {
    case "storyboard":
      return {
        by: "model",
        title: "Written",
        scenes: jobOf({ scenes: ["cut", "last_frame"] }).scenes,
      };
    case "reframe_image":
    case "extract_last_frame":
    case "extract_thumbnail":
      return { image_url: `${url}.png` };
    case "generate_voice":
    case "generate_music":
    case "level_music":
      return { audio_url: `${url}.mp3` };
    case "check_frame":
      return { image_url: `${url}.png`, is_plain: false };
    case "store_captions":
      return { srt_url: `${url}.srt`, vtt_url: `${url}.vtt` };
    case "store_film":
      return { video_url: `${url}.mp4`, thumbnail_url: `${url}.jpg` };
    default:
      return { video_url: `${url}.mp4` };
  }
}

export type CallbackOptions = Partial<Omit<Callback, "result">> & {
  result?: Partial<CallbackResult>;
};

/** A callback about an attempt: completed, under its token, unless the test says otherwise. */
export function callbackOf(work: StepWork, { result, ...given }: CallbackOptions = {}): Callback {
  const state = result?.state ?? "completed";
  return {
    source: work.attempt.provider,
    delivery_id: null,
    token: work.attempt.attempt_token,
    type: `generation.${state}`,
    headers: {},
    raw_body: btoa(JSON.stringify({ about: work.attempt.attempt_id, result })),
    data: {},
    malformed: null,
    ...given,
    result: {
      state,
      request_id: requestOf(work),
      scene_id: null,
      project_id: null,
      output: state === "completed" ? outputOf(work) : {},
      error: null,
      progress: null,
      metadata: {},
      ...result,
    },
  };
}

export function callback(
  db: Database,
  work: StepWork,
  options?: CallbackOptions,
): Promise<ReceivedCallback> {
  return receiveCallback(db, callbackOf(work, options));
}

/** No provider calls back about it: the runner tells how it went. */
export function isDoneHere({ attempt, step }: StepWork): boolean {
  return attempt.provider === "storage" || step === "cancel_request";
}

export function complete(db: Database, work: StepWork): Promise<Verdict> {
  return recordAnswer(db, work, { state: "completed", output: outputOf(work) });
}

export function fail(
  db: Database,
  work: StepWork,
  { message = "It broke", retryable = false, retry_after }: {
    message?: string;
    retryable?: boolean;
    retry_after?: number;
  } = {},
): Promise<Verdict> {
  const answer: Answer = { state: "failed", error: { message, retryable, retry_after } };
  return recordAnswer(db, work, answer);
}

/** Moves the clock of every connection on. */
export async function moveClock(sql: ISql, seconds: number): Promise<void> {
  await sql`
    update private.settings
    set value = to_jsonb((value #>> '{}')::numeric + ${seconds})
    where name = 'clock_offset_seconds'`;
}

/** Moves the clock past every lease that is running now: as if its runner had died. */
export async function outliveLeases(sql: Sql): Promise<void> {
  const [longest] = await sql`
    select max((value #>> '{}')::int) as seconds from private.settings where name like 'lease_seconds.%'`;
  await moveClock(sql, longest?.seconds + 1);
}

export async function setSetting(sql: Sql, name: string, value: number): Promise<void> {
  await sql`update private.settings set value = to_jsonb(${value}::numeric) where name = ${name}`;
}
