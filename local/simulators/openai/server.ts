import { z } from "zod";
import { type Reply, serveHttp } from "../http_server.ts";
import { pauseOrThrow } from "../pause_or_throw.ts";
import { type ModelRule, ModelRules } from "./behaviour.ts";
import { writeScript } from "./script.ts";

const Call = z.looseObject({
  model: z.string(),
  messages: z.array(z.looseObject({ role: z.string(), content: z.string() })).min(2),
  response_format: z.looseObject({
    type: z.literal("json_schema"),
    json_schema: z.looseObject({ strict: z.literal(true), schema: z.looseObject({}) }),
  }),
});
export type ChatCall = z.infer<typeof Call>;

/** A language model behind an OpenAI-compatible server on loopback. */
export type OpenAiSimulator = {
  /** For OPENAI_BASE_URL. */
  url: string;
  /** Every call that was taken, and would be paid for, in order. */
  calls: readonly ChatCall[];
  /** Makes it misbehave; returns a function that takes it back. */
  behave(rule: ModelRule): () => void;
  stop(): Promise<void>;
};

/** Starts it. Whoever starts it stops it. */
export async function startOpenAi(
  { apiKey, port = 0 }: { apiKey: string; port?: number },
): Promise<OpenAiSimulator> {
  const closing = new AbortController();
  const rules = new ModelRules();
  const calls: ChatCall[] = [];

  async function handle(request: Request): Promise<Reply> {
    if (!new URL(request.url).pathname.endsWith("/chat/completions")) {
      return error(404, "Not found");
    }
    if (request.headers.get("authorization") !== `Bearer ${apiKey}`) {
      return error(401, "Incorrect API key provided");
    }
    const read = Call.safeParse(await request.json().catch(() => null));
    if (!read.success) return error(400, z.prettifyError(read.error));
    const asked = read.data.messages.find(({ role }) => role === "user")?.content ?? "";

    const behaviour = rules.towards(asked);
    if (behaviour.cut === "before") return "cut";
    if (behaviour.refuse) {
      const { status, message = "Refused", headers } = behaviour.refuse;
      return error(status, message, headers);
    }
    calls.push(read.data);
    if (behaviour.slowMs) await pauseOrThrow(behaviour.slowMs, closing.signal);
    if (behaviour.cut === "after") return "cut";
    if (behaviour.refusal) return completion({ refusal: behaviour.refusal, content: null });
    const { schema } = read.data.response_format.json_schema;
    const script = writeScript(asked, {
      isSpoken: JSON.stringify(schema).includes('"voice_over"'),
    });
    if (behaviour.writes === "too_long") {
      return completion({ content: script.slice(0, script.length / 2) }, "length");
    }
    const wrong = behaviour.writes === "wrong_schema" ? '{"shots":["a kettle"]}' : null;
    return completion({ content: behaviour.says ?? wrong ?? script });
  }

  const server = await serveHttp({ port, handle });
  return {
    url: `${server.url}/v1`,
    calls,
    behave: (rule) => rules.add(rule),
    async stop() {
      closing.abort();
      await server.stop();
    },
  };
}

function completion(
  message: { content: string | null; refusal?: string },
  finish_reason = "stop",
): Response {
  return Response.json({
    id: `chatcmpl-${crypto.randomUUID()}`,
    object: "chat.completion",
    created: Math.floor(Date.now() / 1000),
    model: "simulated",
    choices: [{
      index: 0,
      message: { role: "assistant", refusal: null, ...message },
      finish_reason,
    }],
    usage: { prompt_tokens: 500, completion_tokens: 200, total_tokens: 700 },
  });
}

function error(status: number, message: string, headers?: Record<string, string>): Response {
  return Response.json({ error: { message, type: "error", param: null, code: null } }, {
    status,
    headers,
  });
}
