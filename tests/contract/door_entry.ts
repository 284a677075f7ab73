import { Buffer } from "node:buffer";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import {
  handMadeWorld,
  NOTHING_CHANGED,
  type World,
} from "../../supabase/functions/_shared/testing/hand_made_world.ts";
import { WEBHOOK_SAMPLES } from "../../tools/webhook_samples.ts";
import { APPS } from "./openapi_document.ts";

/** Whoever may send: a shared secret, or a key pair. `seen`: what the door knows them by. */
export type Sender = { own: string; seen: string; key?: KeyObject };

/** One way into one door. */
export type Entry = {
  name: string;
  path: string;
  body: string;
  /** A time is signed: it holds for 300 s. */
  isTimed: boolean;
  /** False: the credential vouches for no body. */
  isBodySigned: boolean;
  /** Answers of who is let in. */
  letsIn: number;
  makeSender(): Sender;
  /** @param now milliseconds */
  sign(sender: Sender, body: string, now: number): Record<string, string>;
  /** The door as it stands where these senders are known; none: only somebody else is. */
  open(senders: Sender[]): World & { request(init: RequestInit): Promise<number> };
};

const SQL = {
  receive_callback: NOTHING_CHANGED,
  receive_source_callback: NOTHING_CHANGED,
  create_project: { outcome: "created", project_id: "proj_1", status: "queued", task_token: "t" },
  read_model_aliases: {},
  read_video_task: {
    ...{ task_id: "proj_1", status: "pending", progress_percentage: 0 },
    ...{ video_url: null, error: null },
  },
  list_callbacks: [],
  is_bell_deaf: false,
  hint_attempt: false,
  claim_work: { work: [], more: false },
};
let drawn = 0;

export function shared(): Sender {
  const own = `s3cret-number-${drawn++}`;
  return { own, seen: own };
}

export function keyPair(): Sender {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const raw = (part = "") => Buffer.from(part, "base64url").toString("base64");
  return {
    own: raw(privateKey.export({ format: "jwk" }).d),
    seen: raw(publicKey.export({ format: "jwk" }).x),
    key: privateKey,
  };
}

export function open(
  door: string,
  path: string,
  given: Parameters<typeof handMadeWorld>[0],
): ReturnType<Entry["open"]> {
  const world = handMadeWorld({ ...given, sql: { ...SQL, ...given?.sql } });
  const app = APPS[door]?.(world.deps);
  let sent = 0;
  return {
    ...world,
    async request(init) {
      const headers = new Headers(init.headers);
      // An address of its own each time: the flood guard is not what is looked at.
      headers.set("cf-connecting-ip", `192.0.2.${sent++}`);
      const answer = await app?.request(path, { method: "POST", ...init, headers });
      return answer?.status ?? 0;
    },
  };
}

export function bodyOf(door: string): string {
  return JSON.stringify(Object.values(WEBHOOK_SAMPLES[door] ?? {})[0] ?? {});
}
