import * as z from "zod";
import type { Operation, Proof } from "../_shared/openapi/door_part.ts";

/* What the operations of this door have in common. */

export const OPERATOR: readonly Proof[] = ["operator", "admin"];

/** Rows of a list, as they stand in the database. */
export const Docs = z.object({ docs: z.array(z.looseObject({})) });

const Done = z.looseObject({});
const CONFLICT = { 409: { says: "Not in the state that it is in; the sentence says why" } };

/** What an operator reads. */
export function get(
  path: string,
  summary: string,
  answers: Operation["answers"],
  query?: z.ZodType,
): Operation {
  return { method: "get", path, summary, by: OPERATOR, query, answers };
}

/** What an operator does to something, by a body that may be left out. */
export function verb(path: string, summary: string, schema?: z.ZodType): Operation {
  return {
    method: "post",
    path,
    summary,
    by: OPERATOR,
    ...schema && { body: { schema, isRequired: false } },
    answers: { 200: { says: "Done", schema: Done }, ...CONFLICT },
  };
}
