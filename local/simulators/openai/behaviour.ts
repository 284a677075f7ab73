import { RuleBook } from "../rules.ts";

/** How the language model departs from its best day; concerns one call. */
export type ModelBehaviour = {
  /** Answers with this status instead, as OpenAI words its errors. */
  refuse?: { status: number; message?: string; headers?: Record<string, string> };
  /** Drops the connection, `before` or `after` the call was taken (and paid for). */
  cut?: "before" | "after";
  /** Milliseconds that the answer is held back. */
  slowMs?: number;
  /** The model will not write this: `message.refusal`. */
  refusal?: string;
  /** Says something that is no storyboard. */
  says?: string;
  /** `wrong_schema`: JSON, but other fields. `too_long`: it breaks off in the middle. */
  writes?: "wrong_schema" | "too_long";
};

/** With conditions under which it holds; `times` calls, default all. */
export type ModelRule = ModelBehaviour & {
  /** What the sender asked for. */
  prompt?: RegExp;
  times?: number;
};

export class ModelRules extends RuleBook<ModelRule> {
  towards(prompt: string): ModelBehaviour {
    return this.matching((rule) => rule.prompt?.test(prompt) ?? true);
  }
}
