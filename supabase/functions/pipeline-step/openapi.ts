import * as z from "zod";
import { GREETS } from "../_shared/openapi/callback_part.ts";
import type { DoorPart } from "../_shared/openapi/door_part.ts";

export const PIPELINE_STEP: DoorPart = {
  door: "pipeline-step",
  says: "The runner: the database rings it when something is due.",
  operations: [GREETS, {
    method: "post",
    path: "",
    summary: "The bell: look what is due",
    description: "It carries no work, and is signed with PIPELINE_BELL_SECRET.",
    by: ["standard"],
    body: {
      schema: z.looseObject({ via: z.string().optional() }),
      isRequired: false,
      example: { via: "http" },
    },
    answers: { 202: { says: "Looking", schema: z.object({ status: z.literal("running") }) } },
  }],
};
