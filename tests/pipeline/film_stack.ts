import { createHmac } from "node:crypto";
import { makePicture } from "../../local/simulators/picture.ts";
import { type ChatApp, type ChatCallback, startChatApp } from "../../local/simulators/chat_app.ts";
import type { FalOptions } from "../../local/simulators/fal/server.ts";
import { MIGRATED_DATA } from "../../local/postgres/testing.ts";
import { type Stack, type StackOptions, startStack } from "../../local/stack.ts";
import { z } from "zod";

/** Milliseconds after which a film that has not ended never will. */
const PATIENCE = 90_000;
const SMALL_AND_FAST = { shortSide: 64, timeScale: 0.01 };

const Posted = z.looseObject({ task_id: z.string(), status_url: z.string() });
const Ended = z.object({
  type: z.string(),
  data: z.looseObject({ task_id: z.string(), status: z.string(), error: z.string().nullable() }),
});

/** A stack with small pictures, a chat app that waits for its films, and hands for both. */
export type FilmStack = Stack & {
  chat: ChatApp;
  imageUrl: string;
  /** For files of the test's own; removed after it. */
  folder: string;
  /** Posts to a path below /functions/v1, signed with the secret of that name. */
  post(
    path: string,
    body: unknown,
    options?: { secret?: string; headers?: Record<string, string> },
  ): Promise<{ status: number; body: unknown }>;
  /** Posts a job of these scenes with a callback_url and returns the film's id. */
  order(scenes: Record<string, unknown>[], job?: Record<string, unknown>): Promise<string>;
  /** The callback that says that this film has ended, within `patience` milliseconds. */
  ended(
    taskId: string,
    patience?: number,
  ): Promise<{ type: string; error: string | null; callback: ChatCallback }>;
  /** Resolves once nothing is open any more; the database rests between two looks, and so do we. */
  settled(): Promise<void>;
  set(settings: Record<string, number>): Promise<void>;
};

/** A test on a whole stack of its own, played by fal alone unless `providers` says otherwise. */
export function onStack(
  test: (stack: FilmStack, t: Deno.TestContext) => Promise<void>,
  fal: FalOptions = {},
  { services, ...options }: Pick<
    StackOptions,
    "providers" | "services" | "env" | "migrations"
  > = {},
): (t: Deno.TestContext) => Promise<void> {
  return async (t) => {
    await using cleanup = new AsyncDisposableStack();
    const folder = await Deno.makeTempDir({ prefix: "reelay-test-" });
    cleanup.defer(() => Deno.remove(folder, { recursive: true }));
    const stack = await startStack({
      apiPort: 0,
      dbPort: 0,
      fal: { ...SMALL_AND_FAST, ...fal },
      services: { ...SMALL_AND_FAST, ...services },
      lazyFunctions: true,
      copyOf: options.migrations === undefined ? MIGRATED_DATA : undefined,
      ...options,
    });
    cleanup.defer(() => stack.stop());
    const secret = stack.env.CALLBACK_SIGNING_SECRET ?? "";
    const chat = await startChatApp({ signingSecret: secret });
    cleanup.defer(() => chat.stop());
    await makePicture({ path: `${folder}/image.png`, words: "film", width: 144, height: 256 });

    const imageUrl = chat.serveImage(`${folder}/image.png`);
    await test(handsFor(stack, { chat, imageUrl, folder }), t);
  };
}

function handsFor(
  stack: Stack,
  { chat, imageUrl, folder }: Pick<FilmStack, "chat" | "imageUrl" | "folder">,
): FilmStack {
  const post: FilmStack["post"] = async (
    path,
    body,
    { secret = "WEBHOOK_SECRET", headers } = {},
  ) => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const key = stack.env[secret] ?? "";
    const response = await fetch(`${stack.apiUrl}/functions/v1${path}`, {
      method: "POST",
      headers: {
        "x-webhook-signature": createHmac("sha256", key).update(text).digest("hex"),
        ...headers,
      },
      body: text,
    });
    return { status: response.status, body: await response.json() };
  };

  return Object.assign(Object.create(stack), {
    chat,
    imageUrl,
    folder,
    post,
    async order(scenes: Record<string, unknown>[], job: Record<string, unknown> = {}) {
      const { status, body } = await post("/webhook", {
        video_id: crypto.randomUUID(),
        user_id: "somebody",
        image_url: imageUrl,
        callback_url: chat.callbackUrl,
        scenes,
        ...job,
      });
      if (status !== 202) throw new Error(`Cannot order film: ${status} ${JSON.stringify(body)}`);
      return Posted.parse(body).task_id;
    },
    async ended(taskId: string, patience = PATIENCE) {
      const isOurs = ({ body }: ChatCallback) =>
        Ended.safeParse(body).data?.data.task_id === taskId;
      const callback = await chat.next(isOurs, AbortSignal.timeout(patience));
      const { type, data } = Ended.parse(callback.body);
      return { type, error: data.error, callback };
    },
    async settled() {
      const until = performance.now() + PATIENCE;
      while (performance.now() < until) {
        const [open] = await stack.sql`
          select
            (select count(*) from private.steps where status in ('queued', 'running', 'waiting'))
            + (select count(*) from public.webhook_deliveries where status in ('pending', 'delivering')) as n
          from pg_sleep(0.02)`;
        if (open?.n === "0") return;
      }
      throw new Error("Cannot wait any longer: there are open steps or deliveries");
    },
    async set(settings: Record<string, number>) {
      for (const [name, value] of Object.entries(settings)) {
        await stack
          .sql`update private.settings set value = to_jsonb(${value}::numeric) where name = ${name}`;
      }
    },
  });
}
