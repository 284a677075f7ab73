import type { ProjectKeys } from "./project_keys.ts";

/**
 * What every function of a pocket Supabase sees: what the platform sets by itself, then what the
 * installation chose, then the simulators in place of what it did not choose.
 */
export function functionsEnvironment(
  { given, apiUrl, keys, outside }: {
    given: Record<string, string>;
    apiUrl: string;
    keys: ProjectKeys;
    /** The simulators' variables; empty without simulators. */
    outside: Record<string, string>;
  },
): Record<string, string> {
  return {
    WEBHOOK_BASE_URL: `${apiUrl}/functions/v1`,
    ALLOW_PRIVATE_TARGETS: "1",
    ...outside,
    ...given,
    SUPABASE_URL: apiUrl,
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: keys.secret }),
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: keys.publishable }),
  };
}
