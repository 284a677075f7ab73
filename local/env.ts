import { randomBytes, randomUUID } from "node:crypto";
import { dirname, join } from "node:path";
import { parseEnv } from "./parse_env.ts";

/** Every variable that an installation may set, as .env.example explains them. */
export const VARIABLES = [
  "WEBHOOK_SECRET",
  "FAL_WEBHOOK_SECRET",
  "VIDEO_WEBHOOK_SECRET",
  "LAST_FRAME_WEBHOOK_SECRET",
  "LASTFRAME_WEBHOOK_SECRET",
  "STITCH_WEBHOOK_SECRET",
  "PIPELINE_BELL_SECRET",
  "OPERATOR_KEY",
  "CALLBACK_SIGNING_SECRET",
  "NOTIFICATION_SERVICE_URL",
  "NOTIFICATION_API_KEY",
  "FAL_KEY",
  "FAL_QUEUE_URL",
  "FAL_API_URL",
  "FAL_JWKS_URL",
  "FAL_USER_ID",
  "VIDEO_GENERATION_SERVICE",
  "VIDEO_GENERATION_API_KEY",
  "LAST_FRAME_SERVICE_URL",
  "LAST_FRAME_API_KEY",
  "STITCH_SERVICE_URL",
  "STITCH_API_KEY",
  "OPENAI_API_KEY",
  "OPENAI_BASE_URL",
  "OPENAI_MODEL",
  "SPEECH_MODEL",
  "MUSIC_MODEL",
  "WEBHOOK_BASE_URL",
  "FAL_WEBHOOK_URL",
  "LASTFRAME_WEBHOOK_URL",
  "FILM_URLS",
  "STORE_FILMS",
  "RATE_LIMIT_WEBHOOK",
  "RATE_LIMIT_FAL",
  "RATE_LIMIT_VIDEO",
  "RATE_LIMIT_LAST_FRAME",
  "RATE_LIMIT_STITCH",
  "UPSTASH_REDIS_REST_URL",
  "UPSTASH_REDIS_REST_TOKEN",
  "CORS_ORIGINS",
  "ALLOW_PRIVATE_TARGETS",
  "DEBUG",
  "SENTRY_DSN",
  "NGROK_DOMAIN",
  "NGROK_AUTH_TOKEN",
];

/** What no installation can do without, and each makes for itself. */
const GENERATED: Record<string, () => string> = {
  WEBHOOK_SECRET: randomHex,
  FAL_WEBHOOK_SECRET: randomHex,
  VIDEO_WEBHOOK_SECRET: randomHex,
  LAST_FRAME_WEBHOOK_SECRET: randomHex,
  STITCH_WEBHOOK_SECRET: randomHex,
  OPERATOR_KEY: randomHex,
  PIPELINE_BELL_SECRET: randomWhsec,
  CALLBACK_SIGNING_SECRET: randomWhsec,
};

const HEADER =
  "# Made by `deno task start`: secrets of this machine. .env.example explains them.\n";

/**
 * Reads `<root>/supabase/functions/.env` and the shell, and adds to the file what secrets both
 * lack. An empty value counts as none. Several processes may do this at the same time.
 */
export async function loadEnvironment(
  { root, shell, log = () => {} }: {
    root: string;
    shell: Record<string, string>;
    log?: (line: string) => void;
  },
): Promise<Record<string, string>> {
  const path = join(root, "supabase/functions/.env");
  await Deno.mkdir(join(root, ".reelay"), { recursive: true });
  // The kernel lets go of the lock when its holder dies.
  using lock = await Deno.open(join(root, ".reelay/env.lock"), { write: true, create: true });
  await lock.lock(true);

  const text = await readText(path);
  const file = withoutEmpty(parseEnv(text));
  const own = withoutEmpty(
    Object.fromEntries([...VARIABLES, ...Object.keys(file)].map((name) => [name, shell[name]])),
  );
  const made = Object.entries(GENERATED)
    .filter(([name]) => !(name in file) && !(name in own))
    .map(([name, generate]) => [name, generate()] as const);
  if (made.length > 0) {
    log(`Writing new secrets to ${path}: ${made.map(([name]) => name).join(", ")}`);
    await replaceFile(path, addLines(text, made.map(([name, value]) => `${name}=${value}`)));
  }
  return { ...file, ...Object.fromEntries(made), ...own };
}

function addLines(text: string, lines: string[]): string {
  const start = text === "" || text.endsWith("\n") ? text : `${text}\n`;
  return `${start}${HEADER}${lines.join("\n")}\n`;
}

/** All or nothing, and never readable by others, not for a moment. */
async function replaceFile(path: string, text: string): Promise<void> {
  const draft = join(dirname(path), `.env.${randomUUID()}`);
  try {
    await Deno.writeTextFile(draft, text, { mode: 0o600, createNew: true });
    await Deno.rename(draft, path);
  } catch (error) {
    await Deno.remove(draft).catch(() => {});
    throw error;
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

function withoutEmpty(values: Record<string, string | undefined>): Record<string, string> {
  const set: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value.trim() !== "") set[name] = value;
  }
  return set;
}

function randomHex(): string {
  return randomBytes(32).toString("hex");
}

/** The form of the Standard Webhooks specification: 32 bytes in base64. */
export function randomWhsec(): string {
  return `whsec_${randomBytes(32).toString("base64")}`;
}
