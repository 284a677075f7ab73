import * as z from "zod";
import { GREETS, Outcome } from "../_shared/openapi/callback_part.ts";
import type { DoorPart, Operation, Proof } from "../_shared/openapi/door_part.ts";
import { JobFields } from "../_shared/planning/job_fields.ts";
import { Stats, Task } from "../_shared/transitions/tasks.ts";
import { Approval } from "./task_routes.ts";

const SENDER: readonly Proof[] = ["signature", "standard", "bearer"];

const JobAnswer = z.object({
  task_id: z.string(),
  project_id: z.string().meta({ description: "The same id" }),
  status: z.string(),
  status_url: z.string().meta({ description: "To be asked without any credential" }),
  duplicate: z.boolean(),
  storyboard: z.enum(["model", "splitter", "none"])
    .meta({ description: "Who writes the scenes; none: they came with the job" }),
  estimated_cost_usd: z.number().nullable(),
  execution_mode: z.literal("test").optional(),
});

const post: Operation = {
  method: "post",
  path: "",
  summary: "Order a film",
  description: "Required: `video_id`, `user_id`, and `prompt` or `scenes`. Fields that are not " +
    "listed are kept in the project's metadata.",
  by: SENDER,
  headers: { "Idempotency-Key": "Goes before the field; for ever the same job for the same user" },
  body: {
    schema: JobFields,
    example: {
      video_id: "v1",
      user_id: "u1",
      scenes: [{ prompt: "A kettle on a stove" }, { prompt: "Steam rises" }],
    },
  },
  answers: {
    200: { says: "The same job as before: its first ids", schema: JobAnswer },
    202: { says: "A new film", schema: JobAnswer },
    402: { says: "It would cost more than its `max_cost_usd`, or nobody knows what" },
    409: { says: "The idempotency key belongs to another job" },
  },
};

export const WEBHOOK: DoorPart = {
  door: "webhook",
  says: "Chat apps order films; custom sources post whatever they have.",
  operations: [
    GREETS,
    post,
    { ...GREETS, path: "/health", summary: "The same" },
    {
      method: "get",
      path: "/stats",
      summary: "How many films in which status",
      by: SENDER,
      answers: { 200: { says: "Over all projects", schema: Stats } },
    },
    {
      method: "get",
      path: "/task/{id}",
      summary: "How far a film is",
      by: ["taskToken", ...SENDER],
      answers: { 200: { says: "The film", schema: Task } },
    },
    {
      method: "get",
      path: "/task/{id}/versions",
      summary: "The films of one video_id",
      by: ["taskToken", ...SENDER],
      answers: { 200: { says: "Its versions" } },
    },
    {
      method: "post",
      path: "/task/{id}/approve",
      summary: "Approve what a film waits for",
      by: SENDER,
      body: { schema: Approval, isRequired: false },
      answers: { 200: { says: "It goes on" }, 409: { says: "It waits for no approval" } },
    },
    {
      method: "post",
      path: "/task/{id}/prefer",
      summary: "Make a film the preferred version of its video",
      by: SENDER,
      answers: { 200: { says: "Its versions" }, 409: { says: "It is not completed" } },
    },
    {
      method: "post",
      path: "/{source}",
      summary: "A callback of a custom source",
      description: "Any body, signed as the source's row says; `webhook-manage/sources` has them.",
      by: ["source"],
      body: { schema: z.unknown() },
      answers: {
        200: {
          says:
            "Recorded, and given to the source's handler; of Slack and Discord, what they ask before " +
            "they take a URL: `{challenge}`, `{type}`, or 204",
          schema: z.object({ received: z.literal(true), outcome: Outcome }),
        },
      },
    },
  ],
};
