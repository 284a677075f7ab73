import type { Deps } from "./deps.ts";
import { readSecrets, webhookBaseUrl } from "./env.ts";
import { standardHeaders } from "./signatures/standard_webhooks.ts";
import { isBellDeaf } from "./transitions.ts";

/** Milliseconds within which a ring is answered where pg_net works. */
const PATIENCE = 3000;

/**
 * Where pg_net is dead, the doors ring in its place: some seconds after a request that made work
 * due, asks whether the last ring was answered, and posts the bell if not. One watch at a time.
 */
export function createBellWatch({ get, db, fetch, now, wait, later, log }: Deps): () => void {
  const [secret] = readSecrets(get, "PIPELINE_BELL_SECRET");
  const base = webhookBaseUrl(get);
  let watching = false;

  async function watch(): Promise<void> {
    await wait(PATIENCE);
    if (!await isBellDeaf(db)) return;
    if (secret === undefined || base === null) {
      log("bell.not_configured");
      return;
    }

    const body = JSON.stringify({ type: "bell" });
    const timestamp = Math.floor(now() / 1000);
    const answer = await fetch(`${base}/pipeline-step`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...standardHeaders({ id: `bell_${crypto.randomUUID()}`, timestamp, body, secret }),
      },
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(5000),
    });
    await answer.body?.cancel();
    log("bell.rung_by_door", { status: answer.status });
  }

  return () => {
    if (watching) return;
    watching = true;
    later(
      watch()
        .catch((error) => log("bell.watch_failed", { error }))
        .finally(() => watching = false),
    );
  };
}
