import { readJson } from "./json.ts";

/** Reads one environment variable; `Deno.env.get` in production, a plain object's in tests. */
export type Get = (name: string) => string | undefined;

/** A variable's value without surrounding space; null where it is unset or empty. */
export function optional(get: Get, name: string): string | null {
  const value = get(name)?.trim();
  return value ? value : null;
}

/** The secrets that the named variables hold, in order. */
export function readSecrets(get: Get, ...names: string[]): string[] {
  return names.flatMap((name) => splitSecrets(get(name) ?? ""));
}

/**
 * One secret or several, separated by commas; the comma in `v1,whsec_...`, as Supabase shows its own
 * webhook secrets, separates nothing.
 */
export function splitSecrets(text: string): string[] {
  const parts = text.split(",").map((part) => part.trim());
  return parts.flatMap((part, i) => {
    if (part === "v1" && parts[i + 1]?.startsWith("whsec_")) return [];
    if (part.startsWith("whsec_") && parts[i - 1] === "v1") return [`v1,${part}`];
    return part === "" ? [] : [part];
  });
}

/** True where the installation may call http and private addresses: on a developer's machine. */
export function allowsPrivateTargets(get: Get): boolean {
  return optional(get, "ALLOW_PRIVATE_TARGETS") === "1";
}

/** True where a video service is configured: it may know models that fal does not have. */
export function isVideoServiceSet(get: Get): boolean {
  return optional(get, "VIDEO_GENERATION_SERVICE") !== null;
}

/** A base that paths are put behind. */
export function withoutSlash(url: string): string {
  return url.replace(/\/+$/, "");
}

/** Public base of the functions, without a slash at its end; null where nothing says it. */
export function webhookBaseUrl(get: Get): string | null {
  const own = optional(get, "WEBHOOK_BASE_URL");
  const project = optional(get, "SUPABASE_URL");
  const base = own ?? (project && `${withoutSlash(project)}/functions/v1`);
  return base && withoutSlash(base);
}

export type DatabaseAddress = { url: string; key: string } | { missing: string };

/** Where Postgres is reached: SUPABASE_SECRET_KEYS' `default`, else SUPABASE_SERVICE_ROLE_KEY. */
export function databaseAddress(get: Get): DatabaseAddress {
  const url = optional(get, "SUPABASE_URL");
  if (url === null) return { missing: "SUPABASE_URL" };

  const key = defaultSecretKey(get) ?? optional(get, "SUPABASE_SERVICE_ROLE_KEY");
  if (key === null) return { missing: "SUPABASE_SECRET_KEYS or SUPABASE_SERVICE_ROLE_KEY" };
  return { url, key };
}

function defaultSecretKey(get: Get): string | null {
  const keys = readJson(optional(get, "SUPABASE_SECRET_KEYS") ?? "");
  if (typeof keys !== "object" || keys === null || !("default" in keys)) return null;
  return typeof keys.default === "string" && keys.default !== "" ? keys.default : null;
}
