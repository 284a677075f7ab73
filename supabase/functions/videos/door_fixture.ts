import { handMadeWorld, signedPost } from "../_shared/testing/hand_made_world.ts";
import { createVideos } from "./app.ts";

export const SECRET = "s3cret";
export const BEARER = { authorization: `Bearer ${SECRET}` };
export const ENV = {
  WEBHOOK_SECRET: SECRET,
  WEBHOOK_BASE_URL: "https://x.example/functions/v1",
  CALLBACK_SIGNING_SECRET: "whsec_c2lnbmluZw==",
};
export const REQUEST = {
  model: "minimax-video",
  prompt: "Clouds",
  webhook_url: "https://a.example/done",
};
export const TASK = {
  task_id: "proj_1",
  status: "pending",
  progress_percentage: 0,
  video_url: null,
  error: null,
};
export const CREATED = {
  outcome: "created",
  project_id: "proj_1",
  status: "queued",
  task_token: "t+1",
};

export function aDoor({ sql = {}, env = ENV }: {
  sql?: Record<string, unknown>;
  env?: Record<string, string>;
} = {}) {
  const world = handMadeWorld({
    env,
    sql: {
      create_project: CREATED,
      is_bell_deaf: false,
      read_model_aliases: {},
      read_video_task: TASK,
      cancel_video_task: { ...TASK, status: "cancelled", error: "Cancelled" },
      ...sql,
    },
  });
  const app = createVideos(world.deps, { stopping: new AbortController().signal });

  async function ask(path: string, init: RequestInit = {}) {
    const answer = await app.request(`/videos${path}`, init);
    return { status: answer.status, body: await answer.json() };
  }
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    ask("/generations/async", signedPost(JSON.stringify(body), SECRET, headers));
  return { ...world, app, ask, post };
}
