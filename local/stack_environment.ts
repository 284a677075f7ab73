import type { ProjectKeys } from "./project_keys.ts";
import type { FalSimulator } from "./simulators/fal/server.ts";

/**
 * What every function of a pocket Supabase sees: what the platform sets by itself, then what the
 * installation chose, then the simulators in place of what it did not choose.
 */
export function functionsEnvironment(
  { given, apiUrl, keys, fal }: {
    given: Record<string, string>;
    apiUrl: string;
    keys: ProjectKeys;
    fal: Pick<FalSimulator, "queueUrl" | "apiUrl" | "jwksUrl"> | null;
  },
): Record<string, string> {
  return {
    WEBHOOK_BASE_URL: `${apiUrl}/functions/v1`,
    ALLOW_PRIVATE_TARGETS: "1",
    ...fal && {
      FAL_KEY: "key-of-the-simulator",
      FAL_QUEUE_URL: fal.queueUrl,
      FAL_API_URL: fal.apiUrl,
      FAL_JWKS_URL: fal.jwksUrl,
    },
    ...given,
    SUPABASE_URL: apiUrl,
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: keys.secret }),
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: keys.publishable }),
  };
}
