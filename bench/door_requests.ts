import { signWebhook } from "../supabase/functions/_shared/sign_webhook.ts";
import { signHex } from "../supabase/functions/_shared/signatures/hex_hmac.ts";
import { makeJobs } from "./jobs.ts";
import type { LoadRequest } from "./load.ts";

/** What is posted to each door, and under which variable's secret. */
const CALLBACKS: Record<string, { secret: string; body: unknown; path?: string }> = {
  "fal-webhook": {
    secret: "FAL_WEBHOOK_SECRET",
    body: {
      request_id: "r",
      status: "OK",
      payload: { video: { url: "https://x.example.com/v.mp4" } },
    },
  },
  "video-complete": {
    secret: "VIDEO_WEBHOOK_SECRET",
    body: { task_id: "t", status: "completed", video_url: "https://x.example.com/v.mp4" },
  },
  "last-frame-complete": {
    secret: "LAST_FRAME_WEBHOOK_SECRET",
    body: {
      task_id: "t",
      status: "completed",
      scene_id: "s",
      last_frame_url: "https://x.example.com/v.png",
    },
  },
  "stitch-complete": {
    secret: "STITCH_WEBHOOK_SECRET",
    body: {
      task_id: "t",
      status: "completed",
      project_id: "p",
      final_video_url: "https://x.example.com/v.mp4",
    },
  },
  "videos": {
    secret: "WEBHOOK_SECRET",
    path: "/videos/generations/async",
    body: { model: "kling", prompt: "Boats" },
  },
};

/**
 * One request to a door that it does everything for, but that changes nothing the second time.
 *
 * @throws where the door has none
 */
export function requestTo(door: string, env: Record<string, string>): LoadRequest {
  const [job] = makeJobs(1, env.WEBHOOK_SECRET ?? "");
  if (door === "webhook" && job) return job;
  if (door === "webhook-manage") {
    const path = "/webhook-manage?source=fal&status=error";
    return { method: "GET", path, headers: { apikey: env.OPERATOR_KEY ?? "" }, body: "" };
  }
  if (door === "pipeline-step") {
    const body = JSON.stringify({ type: "bell" });
    const timestamp = Math.floor(Date.now() / 1000);
    const headers = signWebhook([env.PIPELINE_BELL_SECRET ?? ""], {
      id: `bell_${timestamp}`,
      timestamp,
      body,
    });
    return { path: "/pipeline-step", headers, body };
  }
  const known = CALLBACKS[door];
  if (!known) throw new Error(`Cannot measure ${door}: nothing is known to send to it`);
  const body = JSON.stringify(known.body);
  const signature = signHex(body, env[known.secret] ?? "");
  return { path: known.path ?? `/${door}`, headers: { "x-webhook-signature": signature }, body };
}
