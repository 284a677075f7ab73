import { makePicture } from "../local/simulators/picture.ts";
import { type ChatApp, startChatApp } from "../local/simulators/chat_app.ts";
import { type Stack, startStack } from "../local/stack.ts";
import { Moments } from "./moments.ts";

/** The stack that is stormed at, and the client who waits for films. */
export type World = {
  stack: Stack;
  chat: ChatApp;
  imageUrl: string;
  moments: Moments;
  stop(): Promise<void>;
};

/** So that what is waited for is waited for in seconds. */
const SETTINGS = {
  "lease_seconds.generate_clip": 4,
  "lease_seconds.extract_last_frame": 4,
  "lease_seconds.extract_thumbnail": 4,
  "lease_seconds.stitch": 4,
  "lease_seconds.cancel_request": 4,
  "lease_seconds.store_film": 6,
  "lease_seconds.delivery": 6,
  "deadline_seconds.generate_clip": 4,
  "deadline_seconds.extract_last_frame": 3,
  "deadline_seconds.extract_thumbnail": 3,
  "deadline_seconds.stitch": 3,
  "deadline_seconds.cancel_request": 3,
  "ask_seconds": 1,
  "lookup_seconds": 10,
  "lookup_again_seconds": 1,
  "retry_base_seconds": 0.5,
  "retry_cap_seconds": 4,
  "breaker_seconds": 3,
  "delivery_breaker_seconds": 3,
  "delivery_breaker_cap_seconds": 6,
  // A storm fails a step more often than a year of ordinary days.
  "max_attempts": 10,
  // The clock is moved by hours; nobody is to be given up for that, but whom nobody else waits for.
  "delivery_hours": 10_000,
  "give_up_seconds.generate_clip": 2_592_000,
  "give_up_seconds.extract_last_frame": 2_592_000,
  "give_up_seconds.extract_thumbnail": 2_592_000,
  "give_up_seconds.stitch": 2_592_000,
  "give_up_seconds.cancel_request": 2_592_000,
  "give_up_seconds.store_film": 2_592_000,
} as const;

/** Clips that never end are asked of a model of their own, which is given up after seconds. */
export const IMPATIENT_MODEL = "kling-1.6-standard";
const IMPATIENCE_SECONDS = 8;
const IMPATIENT_ENDPOINTS = ["image-to-video", "text-to-video"]
  .map((kind) => `fal-ai/kling-video/v1.6/standard/${kind}`);

/** Starts it with a Postgres that keeps what it has committed. Whoever starts it calls `stop`. */
export async function startWorld({ log }: { log: (line: string) => void }): Promise<World> {
  await using started = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "reelay-chaos-" });
  started.defer(() => Deno.remove(folder, { recursive: true }));
  const moments = new Moments();
  const stack = started.adopt(
    await startStack({
      apiPort: 0,
      dbPort: 0,
      settings: {},
      onRpc: (name, answer) => moments.noteRpc(name, answer),
      fal: {
        media: "canned",
        shortSide: 64,
        webhookTimeoutMs: 3000,
        timeScale: 0.05,
        log(line) {
          moments.noteFalLine(line);
          log(`fal: ${line}`);
        },
      },
      log,
    }),
    (stack) => stack.stop(),
  );
  const signingSecret = stack.env.CALLBACK_SIGNING_SECRET ?? "";
  const chat = started.adopt(await startChatApp({ signingSecret }), (chat) => chat.stop());
  await makePicture({ path: `${folder}/image.png`, words: "storm" });
  for (const [name, value] of Object.entries(SETTINGS)) {
    await stack.sql`
      update private.settings set value = to_jsonb(${value}::numeric) where name = ${name}`;
  }

  for (const endpoint of IMPATIENT_ENDPOINTS) {
    await stack.sql`
      insert into private.settings (name, value, description)
      values (${`give_up_seconds.generate_clip.${endpoint}`},
        to_jsonb(${IMPATIENCE_SECONDS}::numeric), 'Of a clip that never ends')`;
  }

  const running = started.move();
  const imageUrl = chat.serveImage(`${folder}/image.png`);
  return { stack, chat, imageUrl, moments, stop: () => running.disposeAsync() };
}
