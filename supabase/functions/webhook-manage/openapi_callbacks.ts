import * as z from "zod";
import type { Operation } from "../_shared/openapi/door_part.ts";
import { Replayed } from "../_shared/management/callbacks.ts";
import { Filter, One, Range } from "./callback_routes.ts";
import { Docs, get, OPERATOR } from "./openapi_operation.ts";

const ReplayedRange = z.object({
  matched: z.number(),
  replayed: z.number(),
  outcomes: z.record(z.string(), z.number()),
  remaining: z.number(),
  next: z.string().nullable(),
});

export const CALLBACK_OPERATIONS: readonly Operation[] = [
  get("", "The newest 50 callbacks", { 200: { says: "Newest first", schema: Docs } }, Filter),
  {
    method: "post",
    path: "",
    summary: "Replay one callback that failed or waits",
    by: OPERATOR,
    body: { schema: One },
    answers: {
      200: {
        says: "Replayed",
        schema: z.object({ success: z.literal(true), outcome: z.string() }),
      },
      500: { says: "Not replayed: unknown, applied before, malformed, or it failed again" },
    },
  },
  get("/logs/{id}", "All of one callback, with what happened around it", {
    200: {
      says: "`raw_body` is base64, `raw_text` the same where it is UTF-8",
      schema: z.looseObject({ raw_body: z.string(), raw_text: z.string().nullable() }),
    },
  }),
  {
    method: "post",
    path: "/logs/{id}/replay",
    summary: "Replay one callback; one that succeeded is a duplicate",
    by: OPERATOR,
    answers: {
      200: { says: "What became of it", schema: Replayed },
      409: { says: "There is nothing in it to replay" },
    },
  },
  {
    method: "post",
    path: "/replay",
    summary: "Replay many: by source, status, time of arrival",
    description:
      "The oldest first, in pages with pauses between them. Where `remaining` is not 0, " +
      "ask again with `after` = `next`. `dry_run` only counts.",
    by: OPERATOR,
    body: { schema: Range, isRequired: false, example: { source: "fal", dry_run: true } },
    answers: { 200: { says: "How far it came", schema: ReplayedRange } },
  },
];
