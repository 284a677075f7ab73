import { handMadeWorld } from "../_shared/testing/hand_made_world.ts";
import { createWebhookManage } from "./app.ts";

/** The operator's door, with a database that answers what it is told; asked with the key. */
export function operatorDoor(sql: Record<string, unknown> = {}, env: Record<string, string> = {}) {
  const world = handMadeWorld({
    env: { OPERATOR_KEY: "op-key", ...env },
    sql: { is_bell_deaf: false, ...sql },
  });
  const app = createWebhookManage(world.deps);

  async function send(method: string, path: string, body?: unknown) {
    const answer = await app.request(`/webhook-manage${path}`, {
      method,
      headers: { apikey: "op-key" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return { status: answer.status, body: await answer.json() };
  }
  return {
    ...world,
    app,
    send,
    get: (path: string) => send("GET", path),
    post: (path: string, body?: unknown) => send("POST", path, body),
    /** What of the database was called for the request itself. */
    called: () => world.calls.filter(({ name }) => name !== "is_bell_deaf"),
  };
}
