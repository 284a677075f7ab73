import { z } from "zod";
import type { Answer } from "./connection.ts";
import { type FuzzRequest, isHttp } from "./fuzz_request.ts";

const ErrorBody = z.looseObject({ error: z.string().min(1) });
/** What the platform's gateway says of a path that no function has. */
const GatewayBody = z.looseObject({ message: z.string() });
/** By contract a replay that does not work is this 500. */
const RETRY_FAILED = { error: "Retry failed" };
/** Nobody does the work of the stack that is asked, and the operator's health tells so after a while. */
const Failing = z.looseObject({
  status: z.literal("failing"),
  checks: z.record(z.string(), z.looseObject({ ok: z.boolean() })),
});

/** A name for the answer, to be counted. */
export function nameOf(answer: Answer): string {
  if (answer.kind !== "answered") return answer.kind;
  const json = parse(answer.body);
  const error = ErrorBody.safeParse(json);
  const outcome = z.looseObject({ outcome: z.string() }).safeParse(json);
  const more = error.success ? error.data.error : outcome.success ? outcome.data.outcome : "";
  return `${answer.status} ${more.replace(/[^\x20-\x7e]/g, "?").slice(0, 60)}`.trim();
}

/** What is wrong with this answer; null: nothing. */
export function faultOf(request: FuzzRequest, answer: Answer): string | null {
  if (answer.kind === "hung") return "No answer in time";
  const speaksHttp = isHttp(request);
  if (answer.kind === "closed") return speaksHttp ? "Closed without an answer" : null;

  const { status, body } = answer;
  const json = parse(body);
  if (status >= 500) {
    const isReplay = request.door === "webhook-manage" && request.method.toUpperCase() === "POST" &&
      JSON.stringify(json) === JSON.stringify(RETRY_FAILED);
    return isReplay || tellsHealth(request, status, json) ? null : `Answered ${status}`;
  }
  if (status < 400 || request.method === "HEAD") return null;
  if (ErrorBody.safeParse(json).success) return null;
  // The server below the doors speaks for itself where it understands nothing.
  if (!speaksHttp && body === "") return null;
  if (status === 404 && !reachesDoor(request) && GatewayBody.safeParse(json).success) return null;
  return `Answered ${status} without {"error"}`;
}

/** True of the 503 by which health names what fails, the database's being away and broken promises aside. */
function tellsHealth({ door, suffix }: FuzzRequest, status: number, json: unknown): boolean {
  const { pathname } = new URL(`http://x/${door}${suffix}`);
  if (status !== 503 || pathname !== "/webhook-manage/health") return false;
  const failing = Failing.safeParse(json);
  return failing.success &&
    ["database", "invariants"].every((check) => failing.data.checks[check]?.ok !== false);
}

/** A path may lead elsewhere: `/webhook/../other`. */
function reachesDoor({ door, suffix }: FuzzRequest): boolean {
  const { pathname } = new URL(`http://x/${door}${suffix}`);
  return pathname === `/${door}` || pathname.startsWith(`/${door}/`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
