import { RuleBook } from "../rules.ts";

/** An HTTP call to the queue, to the platform API, or for a file that was made. */
export type Call = "submit" | "status" | "result" | "cancel" | "list" | "file";

export type Refusal = { status: number; body?: unknown; headers?: Record<string, string> };

/** How fal departs from its best day. What stands first concerns a call, the rest the request. */
export type Behaviour = {
  /** Answers the call with this; a submit takes nothing then. */
  refuse?: Refusal;
  /**
   * Drops the connection without an answer, `before` or `after` the call took effect, or `midway`
   * through the answer.
   */
  cut?: "before" | "after" | "midway";
  /** Milliseconds that the answer to the call is held back. */
  answerAfterMs?: number;

  /** Milliseconds that the work waits before it begins. */
  slowMs?: number;
  /** The work begins and never ends. */
  stuck?: boolean;
  /** The model answers with this error; the webhook says ERROR. */
  fail?: { status: number; detail: unknown; errorType?: string };
  /** The webhook carries `payload: null` and this `payload_error`. */
  payloadError?: string;
  /** `early`: delivered before the submit is answered. */
  webhook?:
    | "silent"
    | "early"
    | "twice"
    | "bad_signature"
    | "wrong_request_id"
    | "wrong_payload"
    | "stale_timestamp";
  /** Milliseconds between the end of the work and the first delivery. */
  webhookAfterMs?: number;
  /** Milliseconds after which what was made answers 404. */
  mediaExpiresMs?: number;
  /** Answers a cancel with 202 and goes on working. */
  ignoresCancel?: boolean;
};

/** Says which calls a behaviour is for. Without conditions it holds for every submit. */
export type Rule = Behaviour & {
  on?: Call;
  /** The whole endpoint id, or a pattern. */
  endpoint?: string | RegExp;
  input?: (input: Record<string, unknown>) => boolean;
  /** For the next so many matching calls; default: for all. */
  times?: number;
};

export class Rules extends RuleBook<Rule> {
  /** The behaviour towards one call; uses up one of `times` of each rule that matches. */
  towards(call: Call, endpoint: string, input: Record<string, unknown>): Behaviour {
    return this.matching((rule) => matches(rule, call, endpoint, input));
  }

  /** Whether fal may misbehave towards any such call. */
  concern(call: Call): boolean {
    return this.hasAny((rule) => callOf(rule) === call);
  }
}

function matches(
  rule: Rule,
  call: Call,
  endpoint: string,
  input: Record<string, unknown>,
): boolean {
  if (callOf(rule) !== call) return false;
  if (typeof rule.endpoint === "string" && rule.endpoint !== endpoint) return false;
  if (rule.endpoint instanceof RegExp && !rule.endpoint.test(endpoint)) return false;
  return rule.input?.(input) ?? true;
}

function callOf(rule: Rule): Call {
  return rule.on ?? "submit";
}
