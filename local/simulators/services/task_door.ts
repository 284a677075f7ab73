import { isDeepStrictEqual } from "node:util";
import type { Reply } from "../http_server.ts";
import { pauseOrThrow } from "../pause_or_throw.ts";
import { readObject } from "../read_input.ts";
import type { Behaviour, Rules, Told } from "./behaviour.ts";
import { type Form, type ServiceKind, workAt } from "./kind.ts";
import { isLive, newTask, type ServiceTask } from "./task.ts";
import type { TaskQueue } from "./task_queue.ts";
import { bodyOf } from "./wording.ts";

export type TaskDoorDeps = {
  kind: ServiceKind;
  form: Form;
  apiKey: string;
  queue: TaskQueue;
  rules: Rules;
  log: (line: string) => void;
  signal: AbortSignal;
};

/** Answers as a service does: new work, a task's status, its end. */
export async function answerServiceCall(request: Request, deps: TaskDoorDeps): Promise<Reply> {
  const { kind, queue, rules } = deps;
  if (request.headers.get("authorization") !== `Bearer ${deps.apiKey}`) {
    return refuse(401, "Invalid API key");
  }
  const { pathname } = new URL(request.url);
  if (pathname === kind.submitPath || Object.hasOwn(kind.also ?? {}, pathname)) {
    return request.method === "POST"
      ? await submit(request, deps)
      : refuse(405, "Method not allowed");
  }

  const taskId = pathname.startsWith(`${kind.tasksPath}/`)
    ? decodeURIComponent(pathname.slice(kind.tasksPath.length + 1))
    : "";
  const task = queue.find(taskId);
  const call = request.method === "DELETE" ? "cancel" : "status";
  return await obey(rules.towards(call, task?.input ?? {}), deps, () => {
    if (!task) return refuse(404, "Not found");
    if (request.method === "GET") return told(task, 200, deps);
    if (request.method !== "DELETE") return refuse(405, "Method not allowed");
    return told(task, queue.cancel(taskId) ? 202 : 409, deps);
  });
}

async function submit(request: Request, deps: TaskDoorDeps): Promise<Reply> {
  const { kind, queue, rules, log } = deps;
  const input = readObject(await request.text());
  if (input === null) return refuse(400, "The body is no JSON object");
  const key = request.headers.get("idempotency-key") ?? "";
  if (key === "") return refuse(400, "Idempotency-Key is required");

  const behaviour = rules.towards("submit", input);
  return await obey(behaviour, deps, async () => {
    const first = queue.tasks.find((task) => task.key === key);
    if (first && !isDeepStrictEqual(first.input, input)) {
      return refuse(422, "Idempotency-Key was used with another body");
    }
    if (first) {
      first.posts++;
      return accepted(first, 200);
    }
    const { pathname: path } = new URL(request.url);
    const wrong = workAt(kind, path).check(input);
    if (wrong !== null) return refuse(422, wrong);

    const task = newTask({ key, path, input });
    log(`submitted ${task.taskId} ${kind.name} ${path}`);
    queue.take(task, behaviour);
    if (behaviour.callback === "early") await queue.ended(task.taskId);
    return accepted(task, 202);
  });
}

async function obey(
  behaviour: Behaviour,
  { signal }: TaskDoorDeps,
  act: () => Reply | Promise<Reply>,
): Promise<Reply> {
  if (behaviour.cut === "before") return "cut";
  if (behaviour.refuse) return say(behaviour.refuse);
  const reply = await act();
  if (behaviour.answerAfterMs) await pauseOrThrow(behaviour.answerAfterMs, signal);
  if (behaviour.cut === "after") return "cut";
  return behaviour.answer ? say(behaviour.answer) : reply;
}

function say({ status, body = { error: "Refused" }, headers }: Told): Response {
  return typeof body === "string"
    ? new Response(body, { status, headers })
    : Response.json(body, { status, headers });
}

function accepted(task: ServiceTask, status: number): Response {
  const now = isLive(task) ? "pending" : task.state;
  return Response.json({ task_id: task.taskId, status: now }, { status });
}

function told(task: ServiceTask, status: number, { kind, form }: TaskDoorDeps): Response {
  return Response.json(bodyOf(task, kind, form), { status });
}

function refuse(status: number, error: string): Response {
  return Response.json({ error }, { status });
}
