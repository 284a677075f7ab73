import type { Story } from "../api/shapes/story.ts";

export const BEGAN = Date.parse("2026-11-22T10:00:00Z");
export const at = (seconds: number) => new Date(BEGAN + seconds * 1000).toISOString();

type Parts = Partial<Omit<Story, "project">> & { status?: string; error_message?: string };

/** A film of one scene, as webhook-manage tells it. */
export function aStory({ status = "generating", error_message, ...parts }: Parts = {}): Story {
  return {
    project: {
      project_id: "proj_1",
      video_id: "v1",
      version: 1,
      user_id: "u1",
      status,
      progress: 0,
      error_message,
      created_at: at(0),
      updated_at: at(0),
    },
    scenes: [{
      scene_id: "scene_1",
      position: 1,
      status: "generating",
      takes: [{ take: 1, selected: true, chunks: [] }],
    }],
    steps: [],
    callbacks: [],
    deliveries: [],
    timeline: [],
    ...parts,
  };
}

export function aStep(parts: Partial<Story["steps"][number]> = {}): Story["steps"][number] {
  return {
    step_id: "step_1",
    kind: "generate_clip",
    status: "waiting",
    provider: "fal",
    scene_id: "scene_1",
    due_at: at(600),
    created_at: at(0),
    updated_at: at(0),
    attempts: [],
    ...parts,
  };
}

export function anAttempt(
  parts: Partial<Story["steps"][number]["attempts"][number]> = {},
): Story["steps"][number]["attempts"][number] {
  return {
    attempt_id: "att_1",
    number: 1,
    provider: "fal",
    status: "submitted",
    input: {},
    output: null,
    created_at: at(1),
    submitted_at: at(2),
    ...parts,
  };
}

export function aDelivery(
  parts: Partial<Story["deliveries"][number]> = {},
): Story["deliveries"][number] {
  return {
    delivery_id: "dlv_1",
    webhook_id: "msg_1",
    type: "video.generation.completed",
    url: "https://app.example/hook",
    status: "pending",
    attempt_count: 0,
    due_at: at(0),
    created_at: at(0),
    ...parts,
  };
}
