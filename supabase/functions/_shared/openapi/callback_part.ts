import * as z from "zod";
import type { DoorPart, Operation, Proof } from "./door_part.ts";

export const Outcome = z.enum(["applied", "duplicate", "stale", "buffered", "unknown"]).meta({
  description: "duplicate: seen before; stale: its target has ended, or another took over; " +
    "buffered: it came before the row it is about; unknown: about nothing that could be found",
});

const Greeting = z.object({ status: z.literal("ok"), door: z.string() });

/** A GET on the door's own path. */
export const GREETS: Operation = {
  method: "get",
  path: "",
  summary: "Whether the door stands",
  by: [],
  answers: { 200: { says: "It stands", schema: Greeting } },
};

/** The part of a door that takes callbacks. */
export function callbackPart(
  { door, says, summary, by, body, answer }: {
    door: string;
    says: string;
    summary: string;
    by: readonly Proof[];
    body: z.ZodType;
    answer: z.ZodType;
  },
): DoorPart {
  const post: Operation = {
    method: "post",
    path: "",
    summary,
    description: "Recorded before it does anything, malformed ones too. Each well-formed one is " +
      "answered with 200 and its outcome.",
    by,
    query: z.object({
      token: z.string().max(500).optional()
        .meta({ description: "The attempt's, as it stood in the callback URL" }),
    }),
    body: { schema: body },
    answers: { 200: { says: "Recorded", schema: answer } },
  };
  return { door, says, operations: [GREETS, post] };
}

/** What the doors of services echo of a callback. */
export const Received = z.object({
  received: z.literal(true),
  status: z.string().meta({ description: "The sender's own word" }),
  outcome: Outcome,
});
