import { isVideoServiceSet, optional, withoutSlash } from "../env.ts";
import { loadProvider } from "../load_provider.ts";
import type { Configured, ProviderDeps } from "../providers.ts";

const BASE_URL = "https://api.openai.com/v1";
const MODEL = "gpt-4.1-mini";

/** Three calls of this length fit into the lease of the step. */
const TIMEOUT = 50_000;

/** Any server that speaks OpenAI's chat completions; null without OPENAI_API_KEY. */
export function configureStoryboard({ get, fetch, now }: ProviderDeps): Configured | null {
  const key = optional(get, "OPENAI_API_KEY");
  if (key === null) return null;

  return {
    name: "openai",
    steps: ["storyboard"],
    paysEachCall: true,
    provider: loadProvider(async () => {
      const { createStoryboardProvider } = await import("./provider.ts");
      return createStoryboardProvider({
        key,
        baseUrl: withoutSlash(optional(get, "OPENAI_BASE_URL") ?? BASE_URL),
        model: optional(get, "OPENAI_MODEL") ?? MODEL,
        fetch,
        now,
        timeoutMs: TIMEOUT,
        planning: { hasVideoService: isVideoServiceSet(get) },
      });
    }),
  };
}
