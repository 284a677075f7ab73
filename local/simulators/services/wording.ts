import type { Behaviour } from "./behaviour.ts";
import type { Form, ServiceKind } from "./kind.ts";
import { isLive, type ServiceTask } from "./task.ts";

export type Body = Record<string, unknown>;

/** What a callback says of a task as it stands; a task's status is told in the same words. */
export function bodyOf(task: ServiceTask, kind: ServiceKind, form: Form): Body {
  if (form === "job") return jobBody(task, kind);
  return form === "api" ? apiBody(task) : sceneBody(task);
}

function sceneBody({ taskId, state, input, made, error, progress, ...task }: ServiceTask): Body {
  const { scene_id, project_id } = input;
  const about = { task_id: taskId, scene_id, project_id };
  const timestamp = timeOf(task.endedAt);
  if (state === "completed") return { ...about, status: state, ...made, timestamp };
  if (state !== "failed" && state !== "cancelled") {
    return { ...about, status: "in_progress", progress, timestamp };
  }
  return { ...about, status: state, error, timestamp };
}

function apiBody(task: ServiceTask): Body {
  const { taskId: task_id, state, input: { model, prompt }, made, error, progress } = task;
  const timestamp = timeOf(task.endedAt);
  if (isLive(task)) {
    return {
      task_id,
      status: "processing",
      webhook_type: "video_generation_progress",
      timestamp,
      progress_percentage: progress,
      message: "Rendering video content",
      estimated_seconds_remaining: 1,
    };
  }
  const seconds = ((task.endedAt ?? 0) - task.submittedAt) / 1000;
  const outcome = state === "completed"
    ? { video_url: made.video_url, generation_duration_seconds: seconds }
    : { error };
  const webhook_type = "video_generation_completed";
  return { task_id, status: state, webhook_type, timestamp, ...outcome, model, prompt };
}

function jobBody(task: ServiceTask, { service, urlField }: ServiceKind): Body {
  const { taskId: job_id, state, input, made, error } = task;
  const result = state === "completed"
    ? { output_url: made[urlField], duration: made.duration }
    : isLive(task)
    ? undefined
    : { error };
  return {
    id: crypto.randomUUID(),
    timestamp: timeOf(task.endedAt),
    job_id,
    status: isLive(task) ? "in_progress" : state,
    service,
    result,
    metadata: { project_id: input.project_id, scene_id: input.scene_id, original_job_id: job_id },
  };
}

function timeOf(at: number | null): string {
  return new Date(at ?? Date.now()).toISOString();
}

/** The texts that are posted at the end of a task, in order: one, where nothing goes wrong. */
export function finalTexts(
  task: ServiceTask,
  { kind, form, behaviour }: { kind: ServiceKind; form: Form; behaviour: Behaviour },
): string[] {
  const say = (about: ServiceTask) => bodyOf(about, kind, form);
  const truth = say(task);
  const failed = { ...task, state: "failed" as const, error: "On second thought it failed" };
  const completed = { ...task, state: "completed" as const, made: otherThing(task, kind) };
  const texts = (...bodies: Body[]) => bodies.map((body) => JSON.stringify(body));

  switch (behaviour.callback) {
    case "silent":
      return [];
    case "twice":
      return texts(truth, truth);
    case "nonsense":
      return ["It worked!"];
    case "unknown_status":
      return texts({ ...truth, status: "done" });
    case "without_url":
      return texts(say({ ...task, made: { ...task.made, [kind.urlField]: undefined } }));
    case "without_error":
      return texts(say({ ...task, error: null }));
    case "other_scene":
      return texts(say({ ...task, input: { ...task.input, scene_id: "scene_of_somebody_else" } }));
    case "other_task":
      return texts(say({ ...task, taskId: "task_of_somebody_else" }));
    case "progress_after":
      return texts(truth, say({ ...task, state: "processing", progress: 99 }));
    case "failed_after":
      return texts(truth, say(failed));
    case "completed_after":
    case "contradicting":
      return texts(truth, say(completed));
    default:
      return texts(truth);
  }
}

function otherThing({ made }: ServiceTask, { urlField }: ServiceKind): Body {
  const url = String(made[urlField] ?? "https://cdn.example.com/made.mp4");
  return { ...made, [urlField]: `${url}?again=1` };
}
