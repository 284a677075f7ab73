import type { MiddlewareHandler } from "hono";
import { etag } from "hono/etag";

/**
 * Answers 304 to who has the answer already (`If-None-Match`), so that a page that looks every few
 * seconds moves bytes only when something changed. What an operator reads belongs into no cache.
 */
export function conditionalGet(): MiddlewareHandler {
  const tag = etag({ weak: true });

  return async (c, next) => {
    if (c.req.method !== "GET") return await next();
    await tag(c, next);
    c.res.headers.set("Cache-Control", "private, no-store");
  };
}
