import { type Get, optional, readSecrets } from "./env.ts";
import type { Log } from "./log.ts";
import { isBearer } from "./signatures/bearer.ts";
import { verifyFal } from "./signatures/fal_ed25519.ts";
import { createFalKeys, FAL_JWKS_URL, type FalKeys } from "./signatures/fal_keys.ts";
import { createHexCheck } from "./signatures/hex_hmac.ts";
import { verifyStandard } from "./signatures/standard_webhooks.ts";

/** Variables that hold a door's shared secrets, and headers that carry a hex HMAC by them. */
const DOORS = {
  "webhook": { secrets: ["WEBHOOK_SECRET"], hexHeaders: ["x-webhook-signature"], bearer: true },
  "videos": { secrets: ["WEBHOOK_SECRET"], hexHeaders: ["x-webhook-signature"], bearer: true },
  "fal-webhook": {
    secrets: ["FAL_WEBHOOK_SECRET"],
    hexHeaders: ["x-webhook-signature", "x-fal-signature"],
    bearer: true,
  },
  "video-complete": {
    secrets: ["VIDEO_WEBHOOK_SECRET"],
    hexHeaders: ["x-webhook-signature"],
    bearer: true,
  },
  "last-frame-complete": {
    secrets: ["LAST_FRAME_WEBHOOK_SECRET", "LASTFRAME_WEBHOOK_SECRET"],
    hexHeaders: ["x-webhook-signature", "x-lastframe-signature"],
    bearer: true,
  },
  "stitch-complete": {
    secrets: ["STITCH_WEBHOOK_SECRET"],
    hexHeaders: ["x-webhook-signature"],
    bearer: true,
  },
  "pipeline-step": { secrets: ["PIPELINE_BELL_SECRET"], hexHeaders: [], bearer: false },
} as const satisfies Record<string, { secrets: string[]; hexHeaders: string[]; bearer: boolean }>;

/** Doors that strangers reach by a shared secret; webhook-manage lets its operators in by itself. */
export type DoorName = keyof typeof DOORS;

export function isDoorName(name: string): name is DoorName {
  return Object.hasOwn(DOORS, name);
}

export const DOOR_NAMES: readonly DoorName[] = Object.keys(DOORS).filter(isDoorName);

/** Variables that hold a door's shared secrets, the one to set first. */
export function secretsOf(door: DoorName): readonly string[] {
  return DOORS[door].secrets;
}

export type Verdict =
  /**
   * `deliveryId`: the id that the sender signed, if its scheme signs one. `forAnybody`: the key is
   * one whose owner signs for all its customers, and nothing says that this is about us.
   */
  | { kind: "verified"; deliveryId: string | null; forAnybody?: boolean }
  | { kind: "refused" }
  /** The sender did sign it, but too long ago to be believed; the request that it is about. */
  | { kind: "stale"; requestId: string }
  /** The signature may be good, but what is needed to check it cannot be had right now. */
  | { kind: "unavailable" };

/** Who is let in at a door. */
export interface Credentials {
  /** False: no scheme has what it needs, and nobody is let in. */
  readonly configured: boolean;
  verify(headers: Headers, body: Uint8Array): Promise<Verdict>;
}

export type CredentialsDeps = { get: Get; fetch: typeof fetch; now: () => number; log: Log };

/** Builds a door's credentials from the environment. One valid scheme suffices. */
export function doorCredentials(door: DoorName, deps: CredentialsDeps): Credentials {
  const { hexHeaders, bearer } = DOORS[door];
  const secrets = readSecrets(deps.get, ...secretsOf(door));
  const keys = door === "fal-webhook" ? falKeys(deps) : null;
  const userId = optional(deps.get, "FAL_USER_ID");
  const isHexSigned = createHexCheck(secrets);

  return {
    configured: secrets.length > 0 || keys !== null,

    async verify(headers, body) {
      // First, because it alone tells which delivery this is.
      const deliveryId = verifyStandard(headers, body, secrets, deps.now());
      if (deliveryId !== null) return { kind: "verified", deliveryId };

      const known = hexHeaders.some((name) => isHexSigned(headers.get(name), body)) ||
        bearer && isBearer(headers.get("authorization"), secrets);
      if (known) return { kind: "verified", deliveryId: null };
      if (keys === null) return { kind: "refused" };

      const kind = await verifyFal(headers, body, { keys, userId, now: deps.now() });
      switch (kind) {
        case "verified":
          return { kind, deliveryId: null, forAnybody: userId === null };
        case "stale":
          return { kind, requestId: headers.get("x-fal-webhook-request-id") ?? "" };
        default:
          return { kind };
      }
    },
  };
}

function falKeys({ get, fetch, now, log }: CredentialsDeps): FalKeys {
  return createFalKeys({ url: optional(get, "FAL_JWKS_URL") ?? FAL_JWKS_URL, fetch, now, log });
}
