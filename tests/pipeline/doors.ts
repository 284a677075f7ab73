import assert from "node:assert/strict";
import type { Body } from "./documented_bodies.ts";
import type { FilmStack } from "./film_stack.ts";

const SECRETS = {
  "fal-webhook": "FAL_WEBHOOK_SECRET",
  "video-complete": "VIDEO_WEBHOOK_SECRET",
  "last-frame-complete": "LAST_FRAME_WEBHOOK_SECRET",
  "stitch-complete": "STITCH_WEBHOOK_SECRET",
} as const;

/** What a door answers to a signed body. */
export async function says(stack: FilmStack, door: keyof typeof SECRETS, body: Body) {
  const answer = await stack.post(`/${door}`, body, { secret: SECRETS[door] });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body;
}

/** A worker's own chunk, as its documents have it: service_role may insert no more than this. */
export async function outsideChunk({ sql }: FilmStack): Promise<string> {
  const request_id = crypto.randomUUID();
  await sql.begin(async (sql) => {
    await sql`set local role service_role`;
    await sql`insert into public.video_chunks (request_id, prompt) values (${request_id}, 'A wave')`;
  });
  return request_id;
}

/** The n-th request that a provider was found to have, once it is written down. */
export async function requestAt({ sql }: FilmStack, provider: string, n: number): Promise<string> {
  while (true) {
    const rows = await sql`
      select request_id from private.attempts
      where provider = ${provider} and request_id is not null and status <> 'created' order by attempt_id`;
    const request = rows[n - 1]?.request_id;
    if (request) return request;
  }
}
