import { RuleBook } from "../rules.ts";

/** An HTTP call to the service. */
export type Call = "submit" | "status" | "cancel";

export type Told = { status: number; body?: unknown; headers?: Record<string, string> };

/** How a service departs from its best day. What stands first concerns a call, the rest the task. */
export type Behaviour = {
  /** Answers the call with this; a submit takes nothing then. A string is sent as it is. */
  refuse?: Told;
  /** Does what was asked and answers with this instead of the truth. */
  answer?: Told;
  /** Drops the connection without an answer, `before` or `after` the call took effect. */
  cut?: "before" | "after";
  /** Milliseconds that the answer to the call is held back. */
  answerAfterMs?: number;

  /** Milliseconds that the work waits before it begins. */
  slowMs?: number;
  /** The work begins and never ends. */
  stuck?: boolean;
  /** The task fails for this reason. */
  fail?: string;
  /** The URL of what was made leads to a page of text. */
  noMedia?: boolean;
  /** Which callbacks are posted at the end of the task, and when. */
  callback?: CallbackMisdeed;
  /** Milliseconds between the end of the work and its callback. */
  callbackAfterMs?: number;
  /** Answers a cancel with 202 and goes on working. */
  ignoresCancel?: boolean;
};

export type CallbackMisdeed =
  | "silent"
  /** Delivered before the submit is answered. */
  | "early"
  | "twice"
  | "bad_signature"
  /** Signed, and no JSON. */
  | "nonsense"
  | "unknown_status"
  | "without_url"
  | "without_error"
  | "other_scene"
  | "other_task"
  | "progress_after"
  | "failed_after"
  | "completed_after"
  /** Completed once more, with another URL. */
  | "contradicting";

/** Says which calls a behaviour is for. Without conditions it holds for every submit. */
export type Rule = Behaviour & {
  on?: Call;
  input?: (input: Record<string, unknown>) => boolean;
  /** For the next so many matching calls; default: for all. */
  times?: number;
};

export class Rules extends RuleBook<Rule> {
  /** The behaviour towards one call about a task with this input. */
  towards(call: Call, input: Record<string, unknown>): Behaviour {
    return this.matching((rule) => (rule.on ?? "submit") === call && (rule.input?.(input) ?? true));
  }
}
