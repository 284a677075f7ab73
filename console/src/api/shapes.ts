import * as z from "zod/mini";

/*
 * What webhook-manage answers, as far as the console shows it. A field that a release adds is passed
 * over; one that it lacks is null.
 */

const text = z.nullish(z.string());
const number = z.nullish(z.number());
/** ISO 8601. */
const time = z.nullish(z.string());
const facts = z.record(z.string(), z.unknown());

export const Card = z.object({
  project_id: z.string(),
  video_id: z.string(),
  version: z.number(),
  user_id: z.string(),
  user_name: text,
  prompt: text,
  status: z.string(),
  paused_from: text,
  awaiting_approval: text,
  progress: z.number(),
  final_video_url: text,
  duration: number,
  error_message: text,
  created_at: z.string(),
  updated_at: z.string(),
  completed_at: time,
  poster_url: text,
  scenes: z.array(
    z.object({ position: z.number(), status: z.string(), prompt: text, progress: z.number() }),
  ),
  usd: z.number(),
});
export type Card = z.infer<typeof Card>;

const next = z.nullable(z.string());
export const CardPage = z.object({ docs: z.array(Card), next });
export type CardPage = z.infer<typeof CardPage>;

export const Overview = z.object({
  is_paused: z.boolean(),
  by_status: z.record(z.string(), z.number()),
  spent_today_usd: z.number(),
  budget_left_usd: number,
  failed_callbacks: z.number(),
  buffered_callbacks: z.number(),
  dead_deliveries: z.number(),
  errors_last_hour: z.number(),
});
export type Overview = z.infer<typeof Overview>;

export const Board = z.object({ overview: Overview, columns: z.record(z.string(), CardPage) });
export type Board = z.infer<typeof Board>;

export const Callback = z.object({
  webhook_log_id: z.string(),
  webhook_id: z.string(),
  source: z.string(),
  type: z.string(),
  status: z.string(),
  outcome: text,
  request_id: text,
  project_id: text,
  attempt_id: text,
  error: text,
  retry_count: z.number(),
  duplicate_count: z.number(),
  duration_ms: number,
  received_at: z.string(),
  processed_at: time,
  is_token_wrong: z.nullish(z.boolean()),
  is_malformed: z.nullish(z.boolean()),
});
export type Callback = z.infer<typeof Callback>;
export const CallbackPage = z.object({ docs: z.array(Callback), next });

const Event = z.object({
  type: z.string(),
  scene_id: text,
  chunk_id: text,
  data: facts,
  at: z.string(),
});
export type Event = z.infer<typeof Event>;

export const CallbackDetail = z.extend(Callback, {
  data: z.unknown(),
  headers: facts,
  result: z.unknown(),
  raw_text: text,
  raw_body: z.string(),
  timeline: z.array(Event),
});
export type CallbackDetail = z.infer<typeof CallbackDetail>;

const Try = z.object({
  number: z.number(),
  status_code: number,
  error: text,
  duration_ms: number,
  response_excerpt: text,
  attempted_at: z.string(),
});
export const Delivery = z.object({
  delivery_id: z.string(),
  project_id: text,
  endpoint_id: text,
  /** Of the delivery that it travels in. */
  batch_id: text,
  webhook_id: z.string(),
  type: z.string(),
  url: text,
  status: z.string(),
  attempt_count: z.number(),
  due_at: time,
  status_code: number,
  error: text,
  created_at: z.string(),
  delivered_at: time,
  tries: z.optional(z.array(Try)),
  body: z.optional(z.string()),
});
export type Delivery = z.infer<typeof Delivery>;
export const DeliveryPage = z.object({ docs: z.array(Delivery), next });

export const ErrorRow = z.object({
  error_log_id: z.number(),
  type: z.string(),
  severity: z.string(),
  message: z.string(),
  context: facts,
  created_at: z.string(),
});
export type ErrorRow = z.infer<typeof ErrorRow>;
export const ErrorPage = z.object({ docs: z.array(ErrorRow), next });

export const ErrorSeries = z.object({
  since: z.string(),
  bucket_s: z.number(),
  buckets: z.array(z.object({ at: z.string(), by_type: z.record(z.string(), z.number()) })),
});
export type ErrorSeries = z.infer<typeof ErrorSeries>;

export const ErrorStats = z.object({
  total: z.number(),
  last_24h: z.number(),
  last_hour: z.number(),
  most_frequent: z.array(
    z.object({ type: z.string(), message: z.string(), count: z.number(), last_at: z.string() }),
  ),
});
export type ErrorStats = z.infer<typeof ErrorStats>;

export const Attempt = z.object({
  attempt_id: z.string(),
  number: z.number(),
  provider: text,
  status: z.string(),
  request_id: text,
  input: z.unknown(),
  output: z.unknown(),
  error_message: text,
  estimated_cost_usd: number,
  actual_cost_usd: number,
  created_at: z.string(),
  submitted_at: time,
  deadline_at: time,
  ended_at: time,
});
export type Attempt = z.infer<typeof Attempt>;

export const Step = z.object({
  step_id: z.string(),
  kind: z.string(),
  status: z.string(),
  provider: text,
  scene_id: text,
  chunk_id: text,
  due_at: time,
  error_message: text,
  created_at: z.string(),
  updated_at: z.string(),
  attempts: z.array(Attempt),
});
export type Step = z.infer<typeof Step>;

const Chunk = z.object({
  chunk_id: z.string(),
  position: z.number(),
  status: z.string(),
  model: text,
  prompt: text,
  progress: z.number(),
  duration: number,
  kling_video_url: text,
  error_message: text,
});
export const Scene = z.object({
  scene_id: z.string(),
  position: z.number(),
  prompt: text,
  continuity: text,
  /** What it starts from, as the job gave it and in the film's aspect ratio. */
  image_url: text,
  reframed_image_url: text,
  transition: text,
  voice_over: text,
  caption: text,
  audio_url: text,
  status: z.string(),
  video_url: text,
  thumbnail_url: text,
  last_frame_url: text,
  duration: number,
  error_message: text,
  takes: z.array(
    z.object({ take: z.number(), selected: z.boolean(), chunks: z.array(Chunk) }),
  ),
});
export type Scene = z.infer<typeof Scene>;

export const Story = z.object({
  project: z.looseObject({
    project_id: z.string(),
    video_id: z.string(),
    version: z.number(),
    user_id: z.string(),
    user_name: text,
    prompt: text,
    status: z.string(),
    paused_from: text,
    /** What an installation with approvals waits for: `storyboard`, `stills`, `budget`. */
    awaiting_approval: text,
    estimated_cost_usd: number,
    max_cost_usd: number,
    progress: z.number(),
    model: text,
    aspect_ratio: text,
    final_video_url: text,
    thumbnail_url: text,
    duration: number,
    callback_url: text,
    error_message: text,
    metadata: z.nullish(facts),
    created_at: z.string(),
    updated_at: z.string(),
    completed_at: time,
  }),
  scenes: z.array(Scene),
  steps: z.array(Step),
  callbacks: z.array(Callback),
  deliveries: z.array(Delivery),
  timeline: z.array(Event),
});
export type Story = z.infer<typeof Story>;

export const Provider = z.object({
  name: z.string(),
  is_paused: z.boolean(),
  in_flight: z.number(),
  max_in_flight: number,
  max_in_flight_per_user: number,
  held_until: time,
  hold_reason: text,
  failures_in_a_row: z.number(),
});
export type Provider = z.infer<typeof Provider>;
export const Providers = z.object({ providers: z.array(Provider) });

export const Health = z.object({
  status: z.string(),
  is_paused: z.nullish(z.boolean()),
  checks: z.record(z.string(), z.looseObject({ ok: z.boolean() })),
});
export type Health = z.infer<typeof Health>;

export const Queue = z.object({
  depth: z.array(z.object({
    what: z.string(),
    status: z.string(),
    provider: text,
    items: z.number(),
    due: z.number(),
    paused: z.number(),
    first_due_at: time,
  })),
  stuck: z.array(
    z.object({ what: z.string(), id: text, project_id: text, since: time, why: text }),
  ),
  broken: z.array(z.object({ invariant: z.string(), id: text })),
});
export type Queue = z.infer<typeof Queue>;

export const Source = z.looseObject({
  name: z.string(),
  scheme: z.string(),
  secret_name: text,
  secret_in: text,
  handler_kind: text,
  handler_target: text,
  rate_limit: number,
  is_enabled: z.boolean(),
  is_configured: z.nullish(z.boolean()),
});
export type Source = z.infer<typeof Source>;
export const Sources = z.object({ sources: z.array(Source) });

/** Whatever an installation with standing endpoints says of one. */
export const Endpoint = z.looseObject({
  endpoint_id: z.string(),
  user_id: text,
  url: text,
  description: text,
  events: z.nullish(z.array(z.string())),
  is_enabled: z.boolean(),
  disable_reason: text,
  failing_since: time,
  held_until: time,
  open: number,
  is_ordered: z.nullish(z.boolean()),
  batch_size: number,
  max_per_second: number,
  max_in_flight: number,
});
export type Endpoint = z.infer<typeof Endpoint>;
export const Endpoints = z.object({ endpoints: z.array(Endpoint) });

/** What a verb answers is shown in one line. */
export const Answer = z.looseObject({});
