import { Buffer } from "node:buffer";
import { createHash, createHmac, sign } from "node:crypto";
import { signAs, SOURCE_SCHEMES } from "../../tools/webhook_signing.ts";
import { bodyOf, type Entry, keyPair, open, type Sender, shared } from "./door_entry.ts";

const VARIABLES: Record<string, string> = {
  "webhook": "WEBHOOK_SECRET",
  "fal-webhook": "FAL_WEBHOOK_SECRET",
  "video-complete": "VIDEO_WEBHOOK_SECRET",
  "last-frame-complete": "LAST_FRAME_WEBHOOK_SECRET",
  "stitch-complete": "STITCH_WEBHOOK_SECRET",
  "pipeline-step": "PIPELINE_BELL_SECRET",
};
const HEX = ["x-webhook-signature"];
const HEX_HEADERS: Record<string, string[]> = {
  "pipeline-step": [],
  "fal-webhook": [...HEX, "x-fal-signature"],
  "last-frame-complete": [...HEX, "x-lastframe-signature"],
};
/** What senders with a shared secret use at the doors of the pipeline. */
function secretEntries(door: string, variable: string): Entry[] {
  const common = {
    path: `/${door}`,
    body: bodyOf(door),
    letsIn: door === "webhook" || door === "pipeline-step" ? 202 : 200,
    makeSender: shared,
    open: (senders: Sender[]) =>
      open(door, `/${door}`, {
        env: { [variable]: senders.map(({ seen }) => seen).join(",") || "somebody-else" },
        fetch: () => Promise.resolve(Response.json({ keys: [] })),
      }),
  };
  const hex = (HEX_HEADERS[door] ?? HEX).map((header): Entry => ({
    ...common,
    name: `${door}: hex HMAC in ${header}`,
    isTimed: false,
    isBodySigned: true,
    sign: ({ own }, body) => ({ [header]: createHmac("sha256", own).update(body).digest("hex") }),
  }));
  const standard: Entry = {
    ...common,
    name: `${door}: Standard Webhooks`,
    isTimed: true,
    isBodySigned: true,
    sign: ({ own }, body, now) => signAs("standard", { secret: own, body, now }),
  };
  const bearer: Entry = {
    ...common,
    name: `${door}: Bearer`,
    isTimed: false,
    isBodySigned: false,
    sign: ({ own }) => ({ authorization: `Bearer ${own}` }),
  };
  return door === "pipeline-step" ? [standard] : [...hex, standard, bearer];
}

/** fal's own keys, of which it announces several while it changes them. */
const FAL: Entry = {
  name: "fal-webhook: fal's Ed25519",
  path: "/fal-webhook",
  body: bodyOf("fal-webhook"),
  isTimed: true,
  isBodySigned: true,
  letsIn: 200,
  makeSender: keyPair,
  sign({ key }, body, now) {
    const time = `${Math.floor(now / 1000)}`;
    const hash = createHash("sha256").update(body).digest("hex");
    const message = Buffer.from(["r1", "user", time, hash].join("\n"));
    return {
      "x-fal-webhook-request-id": "r1",
      "x-fal-webhook-user-id": "user",
      "x-fal-webhook-timestamp": time,
      "x-fal-webhook-signature": key ? sign(null, message, key).toString("hex") : "",
    };
  },
  open(senders) {
    const known = senders.length > 0 ? senders : [keyPair()];
    const keys = known.map(({ seen }) => ({
      kty: "OKP",
      crv: "Ed25519",
      x: Buffer.from(seen, "base64").toString("base64url"),
    }));
    return open("fal-webhook", "/fal-webhook", {
      fetch: () => Promise.resolve(Response.json({ keys })),
    });
  },
};

const OPERATOR: Entry[] = ["apikey", "authorization"].map((header) => ({
  name: `webhook-manage: ${header}`,
  path: "/webhook-manage/replay",
  body: "{}",
  isTimed: false,
  isBodySigned: false,
  letsIn: 200,
  makeSender: shared,
  sign: ({ own }) => ({ [header]: header === "apikey" ? own : `Bearer ${own}` }),
  open: (senders) =>
    open("webhook-manage", "/webhook-manage/replay", {
      env: { OPERATOR_KEY: senders.map(({ seen }) => seen).join(",") || "somebody-else" },
      sql: { replayable_callbacks: { matched: 0, ids: [] } },
    }),
}));

const TIMED = new Set([
  "timestamped",
  "standard",
  "svix",
  "replicate",
  "stripe",
  "slack",
  "discord",
]);
const PAIRS = new Set(["ed25519", "discord"]);

const SOURCES = SOURCE_SCHEMES.map((scheme): Entry => ({
  name: `webhook/{source}: ${scheme}`,
  path: "/webhook/crm",
  body: '{"id":"evt_1","type":"deal.won"}',
  isTimed: TIMED.has(scheme),
  isBodySigned: !["bearer", "token", "gitlab"].includes(scheme),
  letsIn: 200,
  makeSender: PAIRS.has(scheme) ? keyPair : shared,
  sign: ({ own }, body, now) => signAs(scheme, { secret: own, body, now }),
  open: (senders) =>
    open("webhook", "/webhook/crm", {
      sql: {
        read_webhook_sources: [{
          name: "crm",
          scheme,
          header: null,
          secret_in: "vault",
          secret_name: "crm",
          secret: senders.map(({ seen }) => seen).join(",") || "somebody-else",
          id_path: null,
          type_path: null,
          rate_limit: null,
          revision: "1",
        }],
      },
    }),
}));

/** Every way into every door. */
export const MATRIX: readonly Entry[] = [
  ...Object.entries(VARIABLES).flatMap(([door, variable]) => secretEntries(door, variable)),
  FAL,
  ...OPERATOR,
  ...SOURCES,
];
