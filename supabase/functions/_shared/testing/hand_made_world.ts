import type { Database } from "../database.ts";
import type { Deps } from "../deps.ts";
import { createLog } from "../log.ts";
import { signHex } from "../signatures/hex_hmac.ts";

/** 2026-11-22T00:00:00Z */
const START = 1_795_305_600_000;

export type World = {
  deps: Deps;
  /** Calls of SQL functions, in order. */
  calls: { name: string; args: Record<string, unknown> }[];
  /** Lines of the log. */
  lines: string[];
  /** Milliseconds; assign to move it. */
  clock: { now: number };
  /** Resolves when all work that goes on after an answer is done. */
  settled(): Promise<void>;
};

/** Deps for tests of doors: an environment, a clock, and a database that answers what it is told. */
export function handMadeWorld({ env = {}, sql = {}, fetch = refuseToFetch }: {
  env?: Record<string, string>;
  /** Answer of each SQL function; an Error is thrown. */
  sql?: Record<string, unknown>;
  fetch?: Deps["fetch"];
} = {}): World {
  const calls: World["calls"] = [];
  const lines: string[] = [];
  const clock = { now: START };
  const later: Promise<unknown>[] = [];

  const db: Database = {
    call(name, args, answer) {
      calls.push({ name, args });
      const told = sql[name];
      return told instanceof Error
        ? Promise.reject(told)
        : Promise.resolve().then(() => answer.parse(told));
    },
  };
  const deps: Deps = {
    get: (name) => env[name],
    db,
    fetch,
    now: () => clock.now,
    wait: () => Promise.resolve(),
    later: (work) => later.push(work),
    log: createLog((line) => lines.push(line)),
  };

  return { deps, calls, lines, clock, settled: async () => void await Promise.all(later) };
}

/** What `receive_callback` answers to a callback that changed nothing. */
export const NOTHING_CHANGED = {
  outcome: "applied",
  webhook_log_id: "whlog_1",
  chunk_updated: false,
  scene_updated: false,
  last_frame_triggered: false,
  next_scene_triggered: false,
  project_updated: false,
  user_notified: false,
  final_video_url: null,
};

/** A POST signed with `X-Webhook-Signature`. */
export function signedPost(body: string, secret: string, headers: Record<string, string> = {}) {
  return {
    method: "POST",
    headers: { "x-webhook-signature": signHex(body, secret), ...headers },
    body,
  };
}

function refuseToFetch(): Promise<Response> {
  return Promise.reject(new Error("Nothing is fetched here"));
}
