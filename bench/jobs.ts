import { signHex } from "../supabase/functions/_shared/signatures/hex_hmac.ts";
import type { LoadRequest } from "./load.ts";

/** Three chained scenes each, a key and a user of their own. */
export function makeJobs(
  amount: number,
  secret: string,
  fields: Record<string, unknown> = {},
): LoadRequest[] {
  return Array.from({ length: amount }, () => {
    const id = crypto.randomUUID();
    const body = JSON.stringify({
      video_id: id,
      user_id: `user-${id.slice(0, 4)}`,
      chat_id: "4711",
      user_email: "somebody@example.com",
      user_name: "Somebody",
      source: "chat",
      prompt: "A lighthouse at dusk, waves below it, a boat that comes home",
      image_url: "https://images.example.com/lighthouse.png",
      aspect_ratio: "16:9",
      idempotency_key: id,
      request_timestamp: "2026-01-01T00:00:00Z",
      ...fields,
      scenes: ["The lighthouse", "The waves", "The boat"].map((prompt) => ({ prompt })),
    });
    return {
      path: "/webhook",
      headers: { "content-type": "application/json", "x-webhook-signature": signHex(body, secret) },
      body,
    };
  });
}

/** @throws where it is not accepted */
export async function postJob(
  apiUrl: string,
  { path, headers, body }: LoadRequest,
): Promise<void> {
  const url = `${apiUrl}/functions/v1${path}`;
  const answer = await fetch(url, { method: "POST", headers, body });
  await answer.body?.cancel();
  if (answer.status !== 202) throw new Error(`Cannot measure films: a job got ${answer.status}`);
}
