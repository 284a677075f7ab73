import { type FalOptions, type FalSimulator, startFal } from "./simulators/fal/server.ts";
import { type OpenAiSimulator, startOpenAi } from "./simulators/openai/server.ts";
import {
  type NotificationService,
  startNotificationService,
} from "./simulators/services/notification_service.ts";
import {
  type ServiceOptions,
  type ServiceSimulator,
  startFrameService,
  startStitchService,
  startVideoService,
} from "./simulators/services/server.ts";

/**
 * Who does the work: fal all of it, services all of it, a frame service with fal for the rest
 * (mixed), or a stitch service that finishes what fal made (studio).
 */
const CASTS = ["fal", "services", "mixed", "studio"] as const;
export type Cast = (typeof CASTS)[number];

/** @throws where the value of `--providers` is none of them. */
export function readCast(text: string): Cast {
  const cast = CASTS.find((name) => name === text);
  if (cast) return cast;
  throw new Error(`Cannot take --providers ${text}: it is none of ${CASTS.join(", ")}`);
}

/** Everyone outside who is played; null for who is not in the cast. */
export type Outside = {
  fal: FalSimulator | null;
  video: ServiceSimulator | null;
  frame: ServiceSimulator | null;
  stitch: ServiceSimulator | null;
  notification: NotificationService | null;
  openai: OpenAiSimulator | null;
};

type PlayedService = Partial<Omit<ServiceOptions, "apiKey" | "webhookSecret">>;

/** How services are played, all of them and each; keys and secrets are the installation's. */
export type PlayedServices =
  & PlayedService
  & Partial<Record<"video" | "frame" | "stitch", PlayedService>>;

const KEY = "key-of-the-simulator";

/** Starts those who are in the cast. Whoever starts them calls `stop`. */
export async function startOutside(
  { cast, given, fal: falOptions = {}, services = {}, log }: {
    cast: Cast;
    /** What the installation chose: the services know its keys and sign with its secrets. */
    given: Record<string, string>;
    fal?: FalOptions;
    services?: PlayedServices;
    log: (line: string) => void;
  },
): Promise<Outside & { stop(): Promise<void> }> {
  await using started = new AsyncDisposableStack();
  const play = async <T extends { stop(): Promise<void> }>(
    casts: readonly Cast[],
    start: () => Promise<T>,
  ) => casts.includes(cast) ? started.adopt(await start(), (one) => one.stop()) : null;
  const { video: asVideo, frame: asFrame, stitch: asStitch, ...asAll } = services;
  const as = (key: string, secret: string, own: PlayedService = {}) => ({
    log,
    ...asAll,
    ...own,
    apiKey: given[key] ?? KEY,
    webhookSecret: given[secret] ?? "",
  });

  const video = as("VIDEO_GENERATION_API_KEY", "VIDEO_WEBHOOK_SECRET", asVideo);
  const frame = as("LAST_FRAME_API_KEY", "LAST_FRAME_WEBHOOK_SECRET", asFrame);
  const stitch = as("STITCH_API_KEY", "STITCH_WEBHOOK_SECRET", asStitch);
  const notification = { apiKey: given.NOTIFICATION_API_KEY ?? KEY };
  const outside: Outside = {
    fal: await play(["fal", "mixed", "studio"], () => startFal({ log, ...falOptions })),
    video: await play(["services"], () => startVideoService(video)),
    frame: await play(["services", "mixed"], () => startFrameService(frame)),
    stitch: await play(["services", "studio"], () => startStitchService(stitch)),
    notification: await play(
      ["services", "mixed"],
      () => startNotificationService(notification),
    ),
    openai: await play(CASTS, () => startOpenAi({ apiKey: given.OPENAI_API_KEY ?? KEY })),
  };

  const running = started.move();
  return { ...outside, stop: () => running.disposeAsync() };
}

/** The variables that send the functions to those who are played. */
export function outsideEnvironment(
  { fal, video, frame, stitch, notification, openai }: {
    fal: Pick<FalSimulator, "queueUrl" | "apiUrl" | "jwksUrl"> | null;
    video: Addressed;
    frame: Addressed;
    stitch: Addressed;
    notification: Addressed;
    openai?: Addressed;
  },
): Record<string, string> {
  return {
    ...fal && {
      FAL_KEY: KEY,
      FAL_QUEUE_URL: fal.queueUrl,
      FAL_API_URL: fal.apiUrl,
      FAL_JWKS_URL: fal.jwksUrl,
      SPEECH_MODEL: "fal-ai/kokoro/american-english",
      MUSIC_MODEL: "fal-ai/stable-audio-25/text-to-audio",
    },
    ...video && { VIDEO_GENERATION_SERVICE: video.url, VIDEO_GENERATION_API_KEY: KEY },
    ...frame && { LAST_FRAME_SERVICE_URL: frame.url, LAST_FRAME_API_KEY: KEY },
    ...stitch && { STITCH_SERVICE_URL: stitch.url, STITCH_API_KEY: KEY },
    ...openai && { OPENAI_BASE_URL: openai.url, OPENAI_API_KEY: KEY },
    ...notification && { NOTIFICATION_SERVICE_URL: notification.url, NOTIFICATION_API_KEY: KEY },
  };
}

type Addressed = { url: string } | null;
