import { randomWhsec } from "../local/env.ts";
import { makePicture } from "../local/simulators/picture.ts";
import { type ChatApp, startChatApp } from "../local/simulators/chat_app.ts";
import { type Stack, startStack } from "../local/stack.ts";
import { Moments } from "./moments.ts";
import { Network } from "./network.ts";

/** The stack that is stormed at, and the client who waits for films. */
export type World = {
  stack: Stack;
  chat: ChatApp;
  imageUrl: string;
  moments: Moments;
  /** From the functions to the database, and to Storage. */
  toDatabase: Network;
  toStorage: Network;
  /** Another secret for callbacks, which the client knows too. */
  takeSecret(): string;
  stop(): Promise<void>;
};

/** Steps whose provider calls back, and those that are done when the call ends. */
const CALLED_BACK = [
  "extract_last_frame",
  "extract_thumbnail",
  "stitch",
  "cancel_request",
  "generate_voice",
  "generate_music",
  "level_music",
  "mux_audio",
  "mix_music",
];
const AT_ONCE = ["store_film", "store_captions", "storyboard"];

/** So that what is waited for is waited for in seconds. */
const SETTINGS: Readonly<Record<string, number>> = {
  "lease_seconds.generate_clip": 4,
  "lease_seconds.delivery": 6,
  "deadline_seconds.generate_clip": 4,
  ...ofSteps(CALLED_BACK, "lease_seconds", 4),
  ...ofSteps(CALLED_BACK, "deadline_seconds", 3),
  ...ofSteps(AT_ONCE, "lease_seconds", 6),
  "ask_seconds": 1,
  "lookup_seconds": 10,
  "lookup_again_seconds": 1,
  "retry_base_seconds": 0.5,
  "retry_cap_seconds": 4,
  "breaker_seconds": 3,
  "breaker_cap_seconds": 6,
  "delivery_breaker_seconds": 3,
  "delivery_breaker_cap_seconds": 6,
  // A storm fails a step more often than a year of ordinary days.
  "max_attempts": 10,
  // The clock is moved by hours; nobody is to be given up for that, but whom nobody else waits for.
  "delivery_hours": 10_000,
  // What housekeeping takes is gone within the hours by which the clock is moved.
  ...Object.fromEntries(
    ["events", "callbacks", "deliveries", "errors"].map((what) => [`keep_days.${what}`, 0.05]),
  ),
  ...ofSteps(["generate_clip", ...CALLED_BACK, ...AT_ONCE], "give_up_seconds", 2_592_000),
};

function ofSteps(steps: readonly string[], name: string, seconds: number): Record<string, number> {
  return Object.fromEntries(steps.map((step) => [`${name}.${step}`, seconds]));
}

const MOST_ROTATIONS = 50;

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
  const [toDatabase, toStorage] = [new Network(), new Network()];
  const stack = started.adopt(
    await startStack({
      apiPort: 0,
      dbPort: 0,
      settings: {},
      onRpc: async (name, answer) =>
        await moments.noteRpc(name, answer) ?? await toDatabase.note(answer !== null),
      onStorage: (_, answer) => toStorage.note(answer !== null),
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
  const laterSecrets = Array.from({ length: MOST_ROTATIONS }, randomWhsec);
  const signingSecret = [stack.env.CALLBACK_SIGNING_SECRET, ...laterSecrets].join(",");
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
  const stop = () => running.disposeAsync();
  const takeSecret = () => laterSecrets.shift() ?? randomWhsec();
  return { stack, chat, imageUrl, moments, toDatabase, toStorage, takeSecret, stop };
}
