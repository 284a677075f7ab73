import { readJson } from "../../supabase/functions/_shared/json.ts";

/* What a sender gave, as those who are played outside look at it. */

/** A body as a JSON object; null where it is none. */
export function readObject(body: string): Record<string, unknown> | null {
  const value = readJson(body);
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? Object.fromEntries(Object.entries(value)) : null;
}

/** A field that holds a text; "" where it holds none. */
export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
