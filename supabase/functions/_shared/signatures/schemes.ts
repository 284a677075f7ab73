import { isBase64Signed } from "./base64_hmac.ts";
import { isBearer } from "./bearer.ts";
import { isDiscordSigned, isEd25519Signed } from "./ed25519.ts";
import { isHexSigned } from "./hex_hmac.ts";
import { isSlackSigned } from "./slack.ts";
import { verifyStandard } from "./standard_webhooks.ts";
import { isToken } from "./static_token.ts";
import { isTimestampSigned } from "./timestamped_hmac.ts";

/** A request as it came, and what it is checked by. */
export type Signed = {
  headers: Headers;
  body: Uint8Array;
  /** Several while one is rotated out; public keys where the scheme has such. */
  secrets: readonly string[];
  /** Milliseconds. */
  now: number;
};

export type Scheme = {
  /** Where the signature comes in; a source may say another one only where `anyHeader` is true. */
  header: string;
  anyHeader: boolean;
  /** `id`: the delivery's, where the sender signs one. Null: not verified. Never throws. */
  verify(signed: Signed, header: string): { id: string | null } | null;
};

type IsSigned = (signature: string | null, body: Uint8Array, secrets: readonly string[]) => boolean;

/** How a sender may prove who it is, by the name that a source gives its scheme. */
export const SCHEMES = {
  hmac: over(isHexSigned, "x-webhook-signature"),
  hmac_base64: over(isBase64Signed, "x-webhook-signature"),
  timestamped: timestamped("x-webhook-signature"),
  token: over((token, _body, secrets) => isToken(token, secrets), "x-webhook-token"),
  ed25519: over(isEd25519Signed, "x-signature-ed25519"),
  bearer: fixed(over((value, _body, secrets) => isBearer(value, secrets), "authorization")),
  standard: standard("webhook"),
  svix: standard("svix"),
  replicate: standard("webhook"),
  github: fixed(over(isHexSigned, "x-hub-signature-256")),
  stripe: fixed(timestamped("stripe-signature")),
  slack: scheme(
    "x-slack-signature",
    ({ headers, body, secrets, now }) => isSlackSigned(headers, body, secrets, now),
  ),
  shopify: fixed(over(isBase64Signed, "x-shopify-hmac-sha256")),
  gitlab: fixed(over((token, _body, secrets) => isToken(token, secrets), "x-gitlab-token")),
  discord: scheme(
    "x-signature-ed25519",
    ({ headers, body, secrets, now }) => isDiscordSigned(headers, body, secrets, now),
  ),
} satisfies Record<string, Scheme>;

export type SchemeName = keyof typeof SCHEMES;

/** Null for a scheme that a newer release put into the database. */
export function findScheme(name: string): Scheme | null {
  const found = Object.entries(SCHEMES).find(([own]) => own === name);
  return found?.[1] ?? null;
}

function over(isSigned: IsSigned, usual: string): Scheme {
  return {
    header: usual,
    anyHeader: true,
    verify: ({ headers, body, secrets }, header) =>
      isSigned(headers.get(header), body, secrets) ? { id: null } : null,
  };
}

function timestamped(usual: string): Scheme {
  return {
    header: usual,
    anyHeader: true,
    verify: ({ headers, body, secrets, now }, header) =>
      isTimestampSigned(headers.get(header), body, secrets, now) ? { id: null } : null,
  };
}

function standard(brand: "webhook" | "svix"): Scheme {
  return {
    header: `${brand}-signature`,
    anyHeader: false,
    verify({ headers, body, secrets, now }) {
      const id = verifyStandard(headers, body, secrets, now, brand);
      return id === null ? null : { id };
    },
  };
}

function scheme(header: string, isSigned: (signed: Signed) => boolean): Scheme {
  return {
    header,
    anyHeader: false,
    verify: (signed) => isSigned(signed) ? { id: null } : null,
  };
}

function fixed(open: Scheme): Scheme {
  return { ...open, anyHeader: false };
}
