import { allowsPrivateTargets, optional, withoutSlash } from "../env.ts";
import { tellOnce } from "../outbound/fetch_unpinned.ts";
import { createGuardedFetch } from "../outbound/guarded_fetch.ts";
import type { StepProvider } from "../provider.ts";
import type { ProviderDeps } from "../providers.ts";
import { createReadStart } from "../reframing/read_start.ts";
import { createFalProvider } from "./provider.ts";

const QUEUE_URL = "https://queue.fal.run";
const API_URL = "https://api.fal.ai";

/** A call answers in well under a second; past this, nobody knows what became of it. */
const TIMEOUT = 30_000;

/** fal, and a way to look at the images that it may have to reframe. */
export function buildFalProvider(
  account: { key: string; callbackUrl: string },
  { get, fetch, now, log }: ProviderDeps,
): StepProvider {
  return createFalProvider({
    ...account,
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
  });
}
