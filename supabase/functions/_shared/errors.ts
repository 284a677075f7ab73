import type { Context } from "hono";
import { isAway } from "./database.ts";
import type { Log } from "./log.ts";

/** What is wrong with a body: `scenes.0.prompt`, or "" for the body as a whole. */
export type Issue = { path: string; message: string };

/** On one line, for records and messages: `scenes.0.prompt: Required; scenes.1.prompt: Too long`. */
export function sayIssues(issues: readonly Issue[]): string {
  return issues.map(({ path, message }) => path ? `${path}: ${message}` : message).join("; ");
}

/** Each issue once: what several scenes take from one field of a job is wrong in all of them. */
export function eachOnce(issues: readonly Issue[]): Issue[] {
  return issues.filter(({ path, message }, i) =>
    i === issues.findIndex((other) => other.path === path && other.message === message)
  );
}

/** An answer other than 2xx, thrown from wherever it is decided; `error` is shown to strangers. */
export class Refusal extends Error {
  override name = "Refusal";

  constructor(
    readonly status: 400 | 401 | 402 | 404 | 405 | 408 | 409 | 413 | 429 | 503,
    readonly error: string,
    readonly more: {
      issues?: Issue[];
      /** What else the answer says. */
      fields?: Record<string, unknown>;
      headers?: Record<string, string>;
    } = {},
  ) {
    super(error);
  }
}

export function refuseBody(issues: Issue[]): Refusal {
  return new Refusal(400, "Invalid request", { issues });
}

export function notFound(): Refusal {
  return new Refusal(404, "Not found");
}

/** Answers whatever a door throws. The log gets the reason, a stranger gets the class of error. */
export function answerError(error: Error, c: Context, log: Log): Response {
  if (error instanceof Refusal) {
    const { issues, fields, headers } = error.more;
    const answer = { error: error.error, ...(issues && { issues }), ...fields };
    return c.json(answer, error.status, headers);
  }
  log("door.failed", { method: c.req.method, path: c.req.path, error });
  if (isAway(error)) {
    return c.json({ error: "Database away" }, 503, { "Retry-After": "5" });
  }
  return c.json({ error: "Webhook processing failed" }, 500);
}
