import * as z from "zod";
import { GREETS } from "../_shared/openapi/callback_part.ts";
import type { DoorPart, Proof } from "../_shared/openapi/door_part.ts";
import { VideoTask } from "../_shared/transitions/videos.ts";
import { VideoFields } from "./video_fields.ts";

const SENDER: readonly Proof[] = ["signature", "standard", "bearer"];
const READER: readonly Proof[] = ["taskToken", ...SENDER];
const TASK = "/generations/tasks/{id}";

const NewTask = VideoTask.extend({
  status_url: z.string().meta({ description: "To be asked without any credential" }),
  events_url: z.string().meta({ description: "To be listened to without any credential" }),
  duplicate: z.boolean(),
});

export const VIDEOS: DoorPart = {
  door: "videos",
  says: "Clients of an asynchronous video API ask for one video at a time.",
  operations: [
    GREETS,
    {
      method: "post",
      path: "/generations/async",
      summary: "Ask for a video",
      description: "Fields that are not listed are kept in the project's metadata.",
      by: SENDER,
      headers: {
        "Idempotency-Key": "Goes before the field; for ever the same job for the same user",
      },
      body: {
        schema: VideoFields,
        example: {
          model: "minimax-video",
          prompt: "A quiet harbour",
          duration: 6,
          size: "1280x720",
        },
      },
      answers: {
        200: { says: "The same request as before: its first task", schema: NewTask },
        202: { says: "A new task", schema: NewTask },
        402: { says: "It would cost more than its `max_cost_usd`, or nobody knows what" },
        409: { says: "The idempotency key belongs to another job" },
      },
    },
    {
      method: "get",
      path: TASK,
      summary: "How far a video is",
      by: READER,
      answers: { 200: { says: "The task", schema: VideoTask } },
    },
    {
      method: "delete",
      path: TASK,
      summary: "Cancel a video",
      by: SENDER,
      answers: {
        200: { says: "The task, cancelled", schema: VideoTask },
        409: { says: "The task has ended already" },
      },
    },
    {
      method: "get",
      path: `${TASK}/events`,
      summary: "Listen to a video being made",
      description:
        "Server-sent events: `task`, and what happens to scenes and clips under its type. " +
        "Ends after 100 seconds; `Last-Event-ID` goes on.",
      by: READER,
      headers: { "Last-Event-ID": "The last `id` that was heard" },
      answers: {
        200: { says: "Events as they come", only: ["text/event-stream"] },
        204: { says: "The task has ended, and all was heard", only: [] },
      },
    },
  ],
};
