import { type Get, optional } from "../../supabase/functions/_shared/env.ts";
import { isLocal } from "../is_local.ts";

const PLAYED = {
  FAL_KEY: "key-of-the-simulator",
  OPENAI_API_KEY: "key-of-the-simulator",
  SPEECH_MODEL: "fal-ai/kokoro/american-english",
  MUSIC_MODEL: "fal-ai/stable-audio-25/text-to-audio",
};

/**
 * The environment as functions at this address find it: with what the platform sets by itself, and
 * on this machine with those whom `deno task start` plays.
 */
export function platformEnvironment(get: Get, functionsUrl: string): Get {
  const given: Record<string, string> = {
    SUPABASE_URL: new URL(functionsUrl).origin,
    SUPABASE_SECRET_KEYS: '{"default":"set by the platform"}',
    ...isLocal(functionsUrl) && { ALLOW_PRIVATE_TARGETS: "1", ...PLAYED },
  };
  return (name) => optional(get, name) ?? given[name];
}
