import postgres, { type Sql } from "postgres";
import { z } from "zod";

/** What an installation with FAL_KEY alone has. */
const PROVIDERS = {
  generate_clip: "fal",
  extract_last_frame: "fal",
  extract_thumbnail: "fal",
  stitch: "fal",
  store_film: "storage",
  cancel_request: "fal",
  deliveries: "apart",
};
/** As many as a runner takes at a time. */
const CLAIM = 10;

const Work = z.object({
  kind: z.literal("step"),
  step_id: z.string(),
  step: z.string(),
  claim_token: z.string(),
  attempt: z.object({ attempt_id: z.string(), attempt_token: z.string() }),
});
export type Work = z.infer<typeof Work>;
const Claimed = z.object({ work: z.array(Work) });
const Created = z.object({ outcome: z.literal("created") });
const Received = z.object({ outcome: z.literal("applied") });

/** Connections that stay, as PostgREST's do: each plans a function's statements once. */
export async function openSessions(url: string, connections = 8): Promise<Sql[]> {
  return await Promise.all(Array.from({ length: connections }, () => openServiceSession(url)));
}

/** One connection, as PostgREST has it for the functions. */
export async function openServiceSession(url: string): Promise<Sql> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  await sql`select set_config('role', 'service_role', false)`;
  return sql;
}

/** A job of three chained scenes, as the door hands it over. */
function threeScenes(name: string): z.infer<ReturnType<typeof z.json>> {
  const scenes = Array.from({ length: 3 }, (_, n) => ({
    prompt: `Scene ${n + 1} of ${name}`,
    image_url: null,
    continuity: "last_frame",
    metadata: {},
    chunks: [{
      model: "fal-ai/some-model",
      prompt: `Scene ${n + 1} of ${name}`,
      duration: 5,
      driver_video_url: null,
      audio_url: null,
    }],
  }));
  return {
    via: "webhook",
    video_id: name,
    user_id: `user-${name}`,
    prompt: "A lighthouse",
    image_url: "https://images.example.com/start.png",
    aspect_ratio: "16:9",
    is_revision: false,
    idempotency_key: name,
    metadata: {},
    request: JSON.stringify({ video_id: name, prompt: "A lighthouse" }),
    scenes,
  };
}

export async function createFilm(sql: Sql, name: string): Promise<void> {
  const [row] = await sql`
    select public.create_project(p_job => ${sql.json(threeScenes(name))}) as answer`;
  Created.parse(row?.answer);
}

export async function claim(
  sql: Sql,
  providers: Record<string, string> = PROVIDERS,
  limit = CLAIM,
): Promise<Work[]> {
  const [row] = await sql`
    select public.claim_work(
      p_limit => ${limit}, p_providers => ${sql.json(providers)}, p_answers_bell => true
    ) as answer`;
  return Claimed.parse(row?.answer).work;
}

export async function answer(sql: Sql, work: Work): Promise<void> {
  await sql`
    select public.record_answer(
      p_step_id => ${work.step_id}, p_claim_token => ${work.claim_token},
      p_attempt_id => ${work.attempt.attempt_id},
      p_answer => ${sql.json({ state: "completed", output: outputOf(work) })}
    )`;
}

export async function submit(sql: Sql, work: Work): Promise<void> {
  const id = requestOf(work);
  const base = `https://queue.example.com/${id}`;
  await sql`
    select public.record_submission(
      p_step_id => ${work.step_id}, p_claim_token => ${work.claim_token},
      p_attempt_id => ${work.attempt.attempt_id},
      p_submission => ${
    sql.json({
      request_id: id,
      status_url: `${base}/status`,
      response_url: base,
      cancel_url: `${base}/cancel`,
    })
  })`;
}

export async function callBack(sql: Sql, work: Work): Promise<void> {
  const request_id = requestOf(work);
  const payload = { request_id, status: "OK", payload: outputOf(work) };
  const [row] = await sql`
    select public.receive_callback(p_callback => ${
    sql.json({
      source: "fal",
      delivery_id: null,
      token: work.attempt.attempt_token,
      type: "generation.completed",
      headers: { "content-type": "application/json" },
      raw_body: btoa(JSON.stringify(payload)),
      data: payload,
      malformed: null,
      result: {
        state: "completed",
        request_id,
        scene_id: null,
        project_id: null,
        output: outputOf(work),
        error: null,
        progress: null,
        metadata: {},
      },
    })
  }) as answer`;
  Received.parse(row?.answer);
}

export function requestOf(work: Work): string {
  return `req-${work.attempt.attempt_id}`;
}

export function outputOf(work: Work): Record<string, string> {
  const url = `https://media.example.com/${work.step_id}`;
  switch (work.step) {
    case "extract_last_frame":
    case "extract_thumbnail":
      return { image_url: `${url}.png` };
    case "store_film":
      return { video_url: `${url}.mp4`, thumbnail_url: `${url}.jpg` };
    default:
      return { video_url: `${url}.mp4` };
  }
}
