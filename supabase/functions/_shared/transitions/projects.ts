import * as z from "zod";
import type { Database } from "../database.ts";
import { Refusal } from "../errors.ts";
import type { StoryboardBy } from "../planning/plan_job.ts";
import type { Provider, StepKind } from "./steps.ts";

/** How a scene begins; `shared_keyframe`: with its image, which the clip before it ends with. */
export type Continuity = "last_frame" | "cut" | "shared_keyframe";

/** How a film is finished, as the door settled it. What is absent was not asked for. */
export type FilmOptions = {
  /** fal's endpoint for voices, and the voice in its words. */
  speech_model?: string;
  voice?: string;
  music?: {
    url?: string;
    prompt?: string;
    /** fal's endpoint for music. */
    model?: string;
    /** 1: as loud as its file. */
    volume: number;
    /** The music steps back while the film is heard. */
    ducking: boolean;
    /** LUFS that it is brought to beforehand, where nobody can set a volume in mixing. */
    loudness?: number;
  };
  captions?: "files" | "burn";
  /** Last frames are looked at before they are handed over. */
  check_frames?: boolean;
  fps?: number;
  width?: number;
  height?: number;
};

export type JobScene = {
  prompt: string;
  image_url: string | null;
  continuity: Continuity;
  /** Goes under the scene's clip; null where there is none, or the model takes it itself. */
  audio_url?: string | null;
  /** Text to be spoken. */
  voice_over?: string | null;
  /** Null: the text that is spoken, else the prompt. Empty: none. */
  caption?: string | null;
  transition?: "cut" | "fade";
  reanchored?: boolean;
  metadata: Record<string, unknown>;
  /** The aspect ratio that its first image is brought to; absent: used as it is. */
  reframe_to?: string;
  chunks: {
    model: string;
    prompt: string;
    /** Seconds; null where the model offers no choice. */
    duration: number | null;
    driver_video_url: string | null;
    audio_url: string | null;
  }[];
};

/**
 * A parsed job. `request` is the sender's JSON as it came, as text where digits beyond a double's
 * have to stay: its digest tells equal bodies.
 */
export type Job = {
  via: "webhook" | "videos";
  video_id: string;
  user_id: string;
  chat_id: string | null;
  user_email: string | null;
  user_name: string | null;
  source: string | null;
  prompt: string | null;
  image_url: string | null;
  model: string | null;
  aspect_ratio: string | null;
  is_revision: boolean;
  callback_url: string | null;
  events: string[] | null;
  webhook_headers: Record<string, string> | null;
  idempotency_key: string | null;
  execution_mode: string | null;
  metadata: Record<string, unknown>;
  /** The installation has a notification service, which is to hear of the end. */
  notify?: boolean;
  /** Who writes the scenes; `model`: `scenes` are what the film is made of where that fails. */
  storyboard?: StoryboardBy;
  /** What whoever writes the scenes has to know besides the prompt; part of a storyboard's identity. */
  wishes?: { narrated?: true; transition?: "cut" | "fade"; reanchor_every?: number };
  stop_at?: "storyboard" | "stills";
  max_cost_usd?: number;
  /** Who would do each kind of step today: the film's cost is estimated by it. */
  providers?: Partial<Record<StepKind, Provider>>;
  film_options?: FilmOptions;
  scenes: JobScene[];
  request: Record<string, unknown> | string;
};

export const CreatedProject = z.object({
  outcome: z.enum(["created", "duplicate", "conflict"]),
  project_id: z.string(),
  status: z.string(),
  /** Lets its bearer read this task; goes into `status_url`. */
  task_token: z.string(),
  storyboard: z.enum(["model", "splitter", "none"]).optional(),
  /** US dollars; null: unknown. */
  estimated_cost_usd: z.number().nullable().optional(),
  /** The film's; a job that is sent again may say another one. Absent: as the job says. */
  execution_mode: z.string().nullable().optional(),
});
/** Nothing was created: it would cost more than the job allows, or nobody knows how much. */
const OverBudget = z.object({
  outcome: z.literal("over_budget"),
  estimated_cost_usd: z.number().nullable(),
  max_cost_usd: z.number(),
  /** What has no price. */
  unpriced: z.array(z.string()),
});
export type CreatedProject = z.infer<typeof CreatedProject>;

/**
 * A job that a database of before would take for one without these wishes says so: that database
 * does not take it.
 *
 * @throws {Refusal} 402 where the film does not fit into the job's max_cost_usd
 */
export async function createProject(db: Database, job: Job): Promise<CreatedProject> {
  const needs = [
    ...(job.stop_at === undefined ? [] : ["stop_at"]),
    ...(job.max_cost_usd === undefined ? [] : ["max_cost_usd"]),
    ...(job.execution_mode === "test" ? ["test"] : []),
  ];
  const created = await db.call(
    "create_project",
    { p_job: job, ...(needs.length > 0 && { p_needs: needs }) },
    z.union([CreatedProject, OverBudget]),
  );
  if (created.outcome !== "over_budget") return created;

  const { estimated_cost_usd, max_cost_usd, unpriced } = created;
  const error = estimated_cost_usd === null
    ? `The film's cost cannot be estimated: no price is known for ${unpriced.join(", ")}`
    : `The film is estimated at ${estimated_cost_usd} US dollars, above max_cost_usd`;
  throw new Refusal(402, error, { fields: { estimated_cost_usd, max_cost_usd } });
}
