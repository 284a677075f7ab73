import { createHmac, randomUUID } from "node:crypto";
import {
  DOOR_NAMES,
  type DoorName,
  isDoorName,
  secretsOf,
} from "../supabase/functions/_shared/credentials.ts";
import { type Get, readSecrets } from "../supabase/functions/_shared/env.ts";
import { readJson } from "../supabase/functions/_shared/json.ts";
import { signWebhook } from "../supabase/functions/_shared/sign_webhook.ts";

export const SCHEMES = ["hmac", "standard", "bearer", "fal", "lastframe"] as const;
export type Scheme = typeof SCHEMES[number];

/** The scheme that a door's usual sender signs with. */
const USUAL: Record<DoorName, Scheme> = {
  "webhook": "hmac",
  "videos": "bearer",
  "fal-webhook": "fal",
  "video-complete": "hmac",
  "last-frame-complete": "hmac",
  "stitch-complete": "hmac",
  "pipeline-step": "standard",
};

/** Where a door, or a custom source's `webhook/<name>`, is posted to, below the functions' URL. */
export function pathOf(door: string): string {
  return door === "videos" ? "videos/generations/async" : door;
}

/**
 * Signs a body as the door's sender would.
 *
 * @param variable with the secret, instead of the door's usual ones
 * @param now milliseconds; goes into the signed timestamp of Standard Webhooks.
 * @throws {Error} when the door is unknown, or its secret is set nowhere.
 */
export function signedHeaders(
  door: string,
  { body, scheme, variable, get, now }: {
    body: string;
    scheme?: Scheme;
    variable?: string;
    get: Get;
    now: number;
  },
): Record<string, string> {
  if (!isDoorName(door)) {
    throw new Error(`Cannot sign for "${door}": the doors are ${DOOR_NAMES.join(", ")}`);
  }
  const variables = variable === undefined ? secretsOf(door) : [variable];
  const [secret] = readSecrets(get, ...variables);
  if (secret === undefined) {
    throw new Error(
      `Cannot sign for ${door}: ${variables[0]} is neither in the shell nor in ` +
        "supabase/functions/.env",
    );
  }

  return {
    "content-type": "application/json",
    ...signature(scheme ?? USUAL[door], { secret, body, now }),
  };
}

function signature(
  scheme: Scheme,
  { secret, body, now }: { secret: string; body: string; now: number },
): Record<string, string> {
  const hex = () => createHmac("sha256", secret).update(body).digest("hex");
  switch (scheme) {
    case "hmac":
      return { "x-webhook-signature": hex() };
    case "fal":
      return { "x-fal-signature": hex() };
    case "lastframe":
      return { "x-lastframe-signature": hex() };
    case "bearer":
      return { authorization: `Bearer ${secret}` };
    case "standard":
      return signWebhook([secret], {
        id: `msg_${randomUUID()}`,
        timestamp: Math.floor(now / 1000),
        body,
      });
  }
}

/**
 * Puts values into a copy of a body: `metadata.project_id=proj_1`, `scenes.0.duration=10`. What is
 * JSON is taken as JSON, anything else as text.
 */
export function withValues(body: unknown, assignments: string[]): unknown {
  const copy: unknown = structuredClone(body);
  for (const assignment of assignments) {
    const at = assignment.indexOf("=");
    if (at < 1) throw new Error(`Cannot set "${assignment}": it is not path=value`);
    const keys = assignment.slice(0, at).split(".");
    const last = keys.pop() ?? "";
    const holder = keys.reduce<unknown>(
      (inside, key) => isRecord(inside) ? inside[key] : undefined,
      copy,
    );
    if (!isRecord(holder)) {
      throw new Error(`Cannot set "${assignment}": the body has no such place`);
    }
    const text = assignment.slice(at + 1);
    const value = readJson(text);
    holder[last] = value === undefined ? text : value;
  }
  return copy;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** Headers as they may be shown: of a bearer or a static token the secret is the credential itself. */
export function shownHeaders(
  headers: Record<string, string>,
  secrets: readonly string[] = [],
): string[] {
  return Object.entries(headers).map(([name, value]) => {
    if (name === "authorization") return `${name}: Bearer (hidden)`;
    return `${name}: ${secrets.includes(value) ? "(hidden)" : value}`;
  });
}
