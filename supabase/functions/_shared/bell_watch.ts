import type { Deps } from "./deps.ts";
import { readSecrets, webhookBaseUrl } from "./env.ts";
import { postBell } from "./post_bell.ts";
import { isBellDeaf } from "./transitions/work.ts";

/** Milliseconds within which a ring is answered where pg_net works. */
const PATIENCE = 3000;

/**
 * Where pg_net is dead, the doors ring in its place: some seconds after a request that made work
 * due, asks whether the last ring was answered, and posts the bell if not. One watch at a time, and one
 * more for those who came during it: their ring may have had no time for an answer yet.
 */
export function createBellWatch({ get, db, fetch, now, wait, later, log }: Deps): () => void {
  const secrets = readSecrets(get, "PIPELINE_BELL_SECRET");
  const baseUrl = webhookBaseUrl(get);
  let watching = false;
  let isAskedAgain = false;

  async function watch(): Promise<void> {
    await wait(PATIENCE);
    if (!await isBellDeaf(db)) return;

    log("bell.rung_by_door", { problem: await postBell({ baseUrl, secrets, fetch, now }) });
  }

  function begin(): void {
    if (watching) {
      isAskedAgain = true;
      return;
    }
    watching = true;
    isAskedAgain = false;
    later(
      watch()
        .catch((error) => log("bell.watch_failed", { error }))
        .finally(() => {
          watching = false;
          if (isAskedAgain) begin();
        }),
    );
  }

  return begin;
}
