import { signal } from "@preact/signals";
import * as z from "zod/mini";
import { type Client, createClient } from "./api/client.ts";
import type { Key } from "./api/operator_key.ts";
import { type AnswerStream, createAnswerStream } from "./live/answer_stream.ts";
import { parseRoute } from "./route.ts";

const SESSION = "reelay.session";
const THEME = "reelay.theme";

/** config.json beside the page: where the API is, and whether admins sign in with Supabase Auth. */
const Config = z.object({
  /** `https://<ref>.supabase.co/functions/v1`; default: this origin's. */
  api: z.optional(z.string()),
  auth: z.optional(z.object({ url: z.string(), publishable_key: z.string() })),
});
export type Config = z.infer<typeof Config>;

const Session = z.object({
  api: z.string(),
  key: z.object({ kind: z.enum(["operator", "token"]), value: z.string() }),
});
export type Session = z.infer<typeof Session>;

export const config = signal<Config>({});
export const session = signal<Session | null>(readSession());
export const client = signal<Client | null>(clientOf(session.value));
/** Whether the API tells what happens, or has to be asked. */
export const isTold = signal(false);
export const stream = signal<AnswerStream | null>(streamOf(client.value));
/** Why somebody is asked to sign in again. */
export const signedOutBecause = signal("");
export const route = signal(parseRoute(location.hash));
/** Milliseconds since the epoch, once a second: for all that says how long ago. */
export const now = signal(Date.now());
export const theme = signal(localStorage.getItem(THEME) ?? "auto");
/** What is said to everybody who looks or listens. */
export const notice = signal<{ text: string; tone: "good" | "bad" } | null>(null);

export const defaultApi = (): string =>
  (config.value.api ?? `${location.origin}/functions/v1`).replace(/\/+$/, "");

/** Kept for this tab alone; closing it forgets the key. */
export function signIn(next: Session): void {
  sessionStorage.setItem(SESSION, JSON.stringify(next));
  signedOutBecause.value = "";
  session.value = next;
  client.value = clientOf(next);
  stream.value = streamOf(client.value);
}

export function signOut(because = ""): void {
  sessionStorage.removeItem(SESSION);
  signedOutBecause.value = because;
  session.value = null;
  client.value = null;
  stream.value?.end();
  stream.value = null;
}

export function createClientOf({ api, key }: { api: string; key: Key }, onRefused = () => {}) {
  return createClient({ base: `${api}/webhook-manage`, key, onRefused });
}

function clientOf(from: Session | null): Client | null {
  if (from === null) return null;
  const because = from.key.kind === "token"
    ? "Your sign-in has run out."
    : "The key is no longer let in.";
  return createClientOf(from, () => signOut(because));
}

function streamOf(api: Client | null): AnswerStream | null {
  if (api === null) return null;
  return createAnswerStream({
    open: (paths, signal) => api.listen(paths, signal),
    isHidden: () => document.hidden,
    now: () => performance.now(),
    later(ms, call) {
      const timer = setTimeout(call, ms);
      return () => clearTimeout(timer);
    },
    onChange: (isOpen) => isTold.value = isOpen,
  });
}

function readSession(): Session | null {
  try {
    return Session.parse(JSON.parse(sessionStorage.getItem(SESSION) ?? ""));
  } catch {
    return null;
  }
}

let timer: ReturnType<typeof setTimeout> | undefined;
export function say(text: string, tone: "good" | "bad" = "good"): void {
  notice.value = { text, tone };
  clearTimeout(timer);
  timer = setTimeout(() => notice.value = null, tone === "good" ? 5000 : 12_000);
}

export function setTheme(name: string): void {
  localStorage.setItem(THEME, name);
  theme.value = name;
  document.documentElement.dataset.theme = name;
}

/** Begins what goes on for as long as the page is open. */
export function startState(): void {
  document.documentElement.dataset.theme = theme.value;
  addEventListener("hashchange", () => route.value = parseRoute(location.hash));
  document.addEventListener("visibilitychange", () => stream.value?.beginAgain());
  setInterval(() => {
    if (!document.hidden) now.value = Date.now();
  }, 1000);
  fetch("./config.json", { cache: "no-store" })
    .then(async (answer) => config.value = Config.parse(await answer.json()))
    .catch(() => {});
}
