import { isSuccess, NoAnswer, type Reply } from "../call_once.ts";
import { sayIssues } from "../errors.ts";
import { readJson } from "../json.ts";
import { saysNothing } from "../refusal.ts";
import type { Answer, Attempt } from "../transitions/steps.ts";
import { callService, isTaskId } from "./call_service.ts";
import type { ServiceDeps } from "./service.ts";

/** Answers that say that there is no such route. A service need not tell of its tasks. */
const NO_ROUTE = new Set([404, 405, 501]);

/** A task, and what it was asked for with. */
type AskedTask = Pick<Attempt, "request_id" | "input">;

/**
 * Asks a service what became of a task. Whatever it does not say clearly is `unreachable`: the
 * attempt waits on, fails at its deadline, and nothing is submitted a second time.
 */
export async function askTask(deps: ServiceDeps, attempt: AskedTask): Promise<Answer> {
  const { service } = deps;
  const taskId = attempt.request_id;
  if (taskId === null) {
    return { state: "lost", message: `Cannot ask ${service.name}: the task's id is not known` };
  }
  if (!isTaskId(taskId)) return unreachable(deps, "the task's id cannot be asked about");

  try {
    const reply = await callService(deps, { method: "GET", taskId });
    if (isSuccess(reply)) return readStatus(deps, reply, attempt);
    const away = saysNothing(reply.status) && !NO_ROUTE.has(reply.status);
    return unreachable(deps, whyNot(deps, reply.status), away);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return unreachable(deps, error.message, true);
  }
}

function readStatus(deps: ServiceDeps, { body }: Reply, attempt: AskedTask): Answer {
  const read = deps.service.read(readJson(body));
  if ("issues" in read) {
    return unreachable(deps, `its answer cannot be read (${sayIssues(read.issues)})`);
  }

  const { result } = read;
  if (result.request_id !== attempt.request_id || !isAbout(result, attempt.input)) {
    return unreachable(deps, "it tells of another task, scene or project");
  }
  switch (result.state) {
    case "completed":
      return { state: "completed", output: result.output };
    case "failed":
      return { state: "failed", error: result.error ?? { message: "failed", retryable: false } };
    case "cancelled":
      return { state: "cancelled" };
    default:
      return result.progress === null
        ? { state: "in_progress" }
        : { state: "in_progress", progress: result.progress };
  }
}

/** As with callbacks: ids that the service does not tell are no contradiction. */
function isAbout(
  told: { scene_id: string | null; project_id: string | null },
  input: Record<string, unknown>,
): boolean {
  return (told.scene_id === null || told.scene_id === input.scene_id) &&
    (told.project_id === null || told.project_id === input.project_id);
}

function whyNot({ service }: ServiceDeps, status: number): string {
  if (NO_ROUTE.has(status)) return `it does not tell of this task (${status})`;
  if (status === 401 || status === 403) return `it refused ${service.keyVariable} (${status})`;
  return `no usable answer (${status})`;
}

function unreachable({ service }: ServiceDeps, why: string, away = false): Answer {
  return { state: "unreachable", message: `Cannot ask ${service.name}: ${why}`, away };
}
