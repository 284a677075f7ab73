import { optional, webhookBaseUrl } from "../env.ts";
import { loadProvider } from "../load_provider.ts";
import type { Configured, ProviderDeps } from "../providers.ts";

/**
 * fal does whatever nobody else does, from FAL_KEY on. Null without a key, or without an address
 * that fal could post back to.
 */
export function configureFal(deps: ProviderDeps): Configured | null {
  const { get, log } = deps;
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
    provider: loadProvider(async () => {
      const { buildFalProvider } = await import("./build_provider.ts");
      return buildFalProvider({ key, callbackUrl }, deps);
    }),
  };
}
