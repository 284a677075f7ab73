import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { type Get, optional } from "./env.ts";

/** Seconds for which a browser need not ask again. */
const MAX_AGE = 600;

/**
 * Lets pages of the origins in CORS_ORIGINS (exact, separated by commas, or `*`) call a door, by
 * their keys and signatures: cookies mean nothing here, so credentials are never allowed. To anybody
 * else a door is as if this did not exist, and OPTIONS a method that it does not have.
 */
export function allowOrigins(get: Get): MiddlewareHandler | null {
  const origins = (optional(get, "CORS_ORIGINS") ?? "")
    .split(",")
    .map((origin) => origin.trim().replace(/\/$/, ""))
    .filter((origin) => origin !== "");
  if (origins.length === 0) return null;

  const all = origins.includes("*");
  const allow = cors({
    origin: all ? "*" : origins,
    exposeHeaders: ["Retry-After", "ETag"],
    maxAge: MAX_AGE,
  });
  return async (c, next) => {
    const origin = c.req.header("origin") ?? "";
    if (origin !== "" && (all || origins.includes(origin))) return await allow(c, next);
    await next();
    // A cache must not hand this answer to a page that is allowed.
    if (!all) c.header("Vary", "Origin", { append: true });
  };
}
