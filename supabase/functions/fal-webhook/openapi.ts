import * as z from "zod";
import { callbackPart, Outcome } from "../_shared/openapi/callback_part.ts";
import { FalBody } from "./fal_body.ts";
import { FailedJobBody, JobBody } from "./job_body.ts";
import { QueueBody } from "./queue_body.ts";

export const FAL_WEBHOOK = callbackPart({
  door: "fal-webhook",
  says: "fal.ai tells of finished requests.",
  summary: "A request at fal has ended, or got on",
  by: ["fal", "falSecret", "signature", "standard", "bearer"],
  body: z.union([FalBody, QueueBody, JobBody, FailedJobBody]),
  answer: z.object({ success: z.literal(true), outcome: Outcome, chunk_updated: z.boolean() }),
});
