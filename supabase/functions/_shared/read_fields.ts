import type { Context } from "hono";
import type * as z from "zod";
import { notFound, refuseBody } from "./errors.ts";
import { parseJson } from "./json.ts";
import { findUnstorable } from "./storable.ts";
import { zodIssues } from "./zod_issues.ts";

/** A body as JSON, and as the text that it came in. @throws {Refusal} 400 */
export function readBodyJson(body: Uint8Array): { value: unknown; text: string } {
  const json = parseJson(body);
  if (!json.ok) throw refuseBody([{ path: "", message: json.message }]);
  return json;
}

/** The body in our words; an empty one is `{}`. @throws {Refusal} 400 */
export function readFields<T>(body: Uint8Array, fields: z.ZodType<T>): T {
  return parse(body.length === 0 ? {} : readBodyJson(body).value, fields);
}

/** The query in our words; an empty value is as absent. @throws {Refusal} 400 */
export function readQuery<T>(c: Context, fields: z.ZodType<T>): T {
  const given = Object.entries(c.req.query()).filter(([, value]) => value !== "");
  return parse(Object.fromEntries(given), fields);
}

/** A part of the path. What Postgres could not hold names nothing. @throws {Refusal} 404 */
export function readId(c: Context, name: string): string {
  const id = c.req.param(name) ?? "";
  if (findUnstorable(id) !== null) throw notFound();
  return id;
}

function parse<T>(value: unknown, fields: z.ZodType<T>): T {
  const unstorable = findUnstorable(value);
  if (unstorable !== null) {
    const message = "Cannot be stored: it contains U+0000 or half a surrogate pair";
    throw refuseBody([{ path: unstorable, message }]);
  }
  const read = fields.safeParse(value);
  if (!read.success) throw refuseBody(zodIssues(read.error));
  return read.data;
}
