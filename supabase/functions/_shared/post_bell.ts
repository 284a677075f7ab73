import { withDeadline } from "./deadline.ts";
import { readFetchFailure } from "./fetch_failure.ts";
import { signWebhook } from "./sign_webhook.ts";

type BellDeps = {
  /** Public base of the functions, without a slash at its end; null: nobody knows it. */
  baseUrl: string | null;
  /** PIPELINE_BELL_SECRET. */
  secrets: readonly string[];
  fetch: typeof fetch;
  now: () => number;
};

/** The answer comes at once: the runner works on after it. Milliseconds. */
const TIMEOUT = 5000;

/**
 * What a bell says that did not come through pg_net. The runner must not take it for an answer to
 * the database's own ring: the database would believe that pg_net delivers again.
 */
export const HTTP_BELL = JSON.stringify({ type: "bell", via: "http" });

/**
 * Wakes the runner without pg_net. Null when it answered, else why not: the caller's own work is
 * done and must not fail for it, because the sweep finds what stays behind.
 */
export async function postBell({ baseUrl, secrets, fetch, now }: BellDeps): Promise<string | null> {
  if (baseUrl === null) return "Cannot ring: WEBHOOK_BASE_URL is not set";
  try {
    const timestamp = Math.floor(now() / 1000);
    const message = { id: `bell_${crypto.randomUUID()}`, timestamp, body: HTTP_BELL };
    const headers = { ...signWebhook(secrets, message), "content-type": "application/json" };

    return await withDeadline(TIMEOUT, async (signal) => {
      const answer = await fetch(`${baseUrl}/pipeline-step`, {
        method: "POST",
        headers,
        body: HTTP_BELL,
        redirect: "manual",
        signal,
      });
      await answer.body?.cancel();
      return answer.ok ? null : `Cannot ring: pipeline-step answered ${answer.status}`;
    });
  } catch (error) {
    return secrets.length === 0
      ? "Cannot ring: PIPELINE_BELL_SECRET is not set"
      : `Cannot ring: ${readFetchFailure(error).words}`;
  }
}
