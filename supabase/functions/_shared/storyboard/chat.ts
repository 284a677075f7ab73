import * as z from "zod";
import { callOnce, isSuccess, NoAnswer, type Reply } from "../call_once.ts";
import { onFreshConnection } from "../fresh_connection.ts";
import { readJson } from "../json.ts";
import { leavesOpen, readRefusal } from "../refusal.ts";
import { beginning } from "../storable.ts";
import type { Failure } from "../transitions/results.ts";
import type { Message, responseFormat } from "./messages.ts";

export type ChatDeps = {
  /** OPENAI_API_KEY. */
  key: string;
  /** OPENAI_BASE_URL, without a slash at the end. */
  baseUrl: string;
  /** OPENAI_MODEL. */
  model: string;
  fetch: typeof fetch;
  now: () => number;
  /** Milliseconds for one call. */
  timeoutMs: number;
};

/** What a language model answered, or why it did not. */
export type Said =
  | { state: "text"; text: string; isWhole: boolean }
  | { state: "refused"; words: string }
  | { state: "failed"; error: Failure }
  /** It may have been answered, and paid for. */
  | { state: "lost"; message: string };

/** Tokens of a hundred scenes would be more; whoever needs those sends `scenes`. */
const MOST_TOKENS = 8000;

const Completion = z.looseObject({
  choices: z.array(z.looseObject({
    finish_reason: z.string().nullish(),
    message: z.looseObject({ content: z.string().nullish(), refusal: z.string().nullish() }),
  })).min(1),
});

/**
 * Asks an OpenAI-compatible server once, on a connection of its own: on a kept one the runtime might
 * send it again. Plain fetch: the package costs 30 ms and 9 MB of every cold start of the runner, and
 * sends a call again by itself.
 */
export async function chat(
  deps: ChatDeps,
  messages: readonly Message[],
  response_format: ReturnType<typeof responseFormat>,
  { announce = () => Promise.resolve(), traceparent }: {
    announce?: () => Promise<void>;
    traceparent?: string | null;
  } = {},
): Promise<Said> {
  try {
    const call = {
      method: "POST",
      headers: {
        authorization: `Bearer ${deps.key}`,
        "content-type": "application/json",
        ...(traceparent && { traceparent }),
      },
      body: JSON.stringify({
        model: deps.model,
        messages,
        response_format,
        max_completion_tokens: MOST_TOKENS,
      }),
    };
    const reply = await onFreshConnection(deps.fetch, async (fetch) => {
      await announce();
      return await callOnce({ ...deps, fetch }, `${deps.baseUrl}/chat/completions`, call);
    });
    return isSuccess(reply) ? read(reply) : notAnswered(deps, reply);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    if (error.sent) {
      return { state: "lost", message: `No answer of the language model: ${error.message}` };
    }
    const message = `Cannot reach the language model: ${error.message}`;
    return { state: "failed", error: { message, retryable: true } };
  }
}

function read({ body }: Reply): Said {
  const completion = Completion.safeParse(readJson(body));
  const choice = completion.data?.choices[0];
  if (!choice) return { state: "text", text: "", isWhole: false };
  const { refusal, content } = choice.message;
  if (refusal) return { state: "refused", words: beginning(refusal, 500) };
  if (choice.finish_reason === "content_filter") {
    return { state: "refused", words: "its content filter" };
  }
  return { state: "text", text: content ?? "", isWhole: choice.finish_reason !== "length" };
}

function notAnswered({ key, now }: ChatDeps, reply: Reply): Said {
  const error = readRefusal(reply, {
    provider: "The language model's server",
    keyVariable: "OPENAI_API_KEY",
    secrets: [key],
    now: now(),
  });
  return leavesOpen(reply.status)
    ? { state: "lost", message: error.message }
    : { state: "failed", error };
}
