import type { Context } from "hono";
import type { Door } from "./door.ts";
import { notFound } from "./errors.ts";
import { findUnstorable } from "./storable.ts";
import type { Reader } from "./transitions/videos.ts";

/**
 * Reads a task for whoever asks. The token in its URL opens it, whatever else comes along: clients of
 * Supabase send an `Authorization` of their own with each request. Without it the sender's credentials do.
 *
 * @param read gives null for an unknown id, and for a token that is not this task's
 * @throws {Refusal} 404 where neither opens it, and as `admit` does
 */
export async function readFor<T>(
  c: Context,
  { admit, opened }: Pick<Door, "admit" | "opened">,
  read: (id: string, by: Reader) => Promise<T | null>,
): Promise<T> {
  const id = c.req.param("id") ?? "";
  const token = c.req.query("token") || null;
  const isNamed = findUnstorable([id, token]) === null;

  const own = token !== null && isNamed ? await read(id, { token, trusted: false }) : null;
  if (own !== null) {
    opened(c);
    return own;
  }
  if (token !== null && !hasCredentials(c.req.raw.headers)) throw notFound();

  await admit(c);
  const found = isNamed ? await read(id, { token, trusted: true }) : null;
  if (found === null) throw notFound();
  return found;
}

function hasCredentials(headers: Headers): boolean {
  return ["authorization", "x-webhook-signature", "webhook-signature"]
    .some((name) => headers.has(name));
}
