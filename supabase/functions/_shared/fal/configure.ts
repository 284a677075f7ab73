import { allowsPrivateTargets, optional, webhookBaseUrl } from "../env.ts";
import { tellOnce } from "../outbound/fetch_unpinned.ts";
import { createGuardedFetch } from "../outbound/guarded_fetch.ts";
import type { Configured, ProviderDeps } from "../providers.ts";
import { createReadStart } from "../reframing/read_start.ts";
import { createFalProvider } from "./provider.ts";

const QUEUE_URL = "https://queue.fal.run";
const API_URL = "https://api.fal.ai";

/** A call answers in well under a second; past this, nobody knows what became of it. */
const TIMEOUT = 30_000;

/**
 * fal does whatever nobody else does, from FAL_KEY on. Null without a key, or without an address
 * that fal could post back to.
 */
export function configureFal({ get, fetch, now, log }: ProviderDeps): Configured | null {
  const key = optional(get, "FAL_KEY");
  if (key === null) return null;

  const base = webhookBaseUrl(get);
  const callbackUrl = optional(get, "FAL_WEBHOOK_URL") ?? (base && `${base}/fal-webhook`);
  if (callbackUrl === null || !URL.canParse(callbackUrl)) {
    log("fal.not_configured", { missing: "WEBHOOK_BASE_URL or FAL_WEBHOOK_URL" });
    return null;
  }

  return {
    name: "fal",
    steps: [
      "reframe_image",
      "generate_clip",
      "extract_last_frame",
      "extract_thumbnail",
      "stitch",
      "generate_voice",
      "generate_music",
      "level_music",
      "mux_audio",
      "mix_music",
    ],
    paysEachCall: true,
    provider: createFalProvider({
      key,
      callbackUrl,
      queueUrl: withoutSlash(optional(get, "FAL_QUEUE_URL") ?? QUEUE_URL),
      apiUrl: withoutSlash(optional(get, "FAL_API_URL") ?? API_URL),
      fetch,
      readStart: createReadStart({
        fetch: createGuardedFetch({
          allowPrivate: allowsPrivateTargets(get),
          fetch,
          now,
          onUnpinned: tellOnce(log),
        }),
      }),
      now,
      timeoutMs: TIMEOUT,
    }),
  };
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, "");
}
