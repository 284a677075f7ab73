import { Buffer } from "node:buffer";
import { createHmac, createPrivateKey, randomUUID, sign } from "node:crypto";
import {
  findScheme,
  type SchemeName,
  SCHEMES,
} from "../supabase/functions/_shared/signatures/schemes.ts";
import { standardHeaders } from "../supabase/functions/_shared/signatures/standard_webhooks.ts";

export const SOURCE_SCHEMES = Object.keys(SCHEMES).filter(isSchemeName);

export function isSchemeName(name: string): name is SchemeName {
  return findScheme(name) !== null;
}

type Signing = {
  body: string;
  /** What the sender has: for `ed25519` and `discord` the private key's 32 bytes, hex or base64. */
  secret: string;
  /** Milliseconds. */
  now: number;
};

/**
 * Signs a body as a custom source's sender would.
 *
 * @param header where the scheme takes one of the source's choice
 * @throws {Error} where the scheme has a header of its own, or the secret is no private key.
 */
export function signAs(
  name: SchemeName,
  { header, ...signing }: Signing & { header?: string },
): Record<string, string> {
  const scheme = SCHEMES[name];
  if (header !== undefined && !scheme.anyHeader) {
    throw new Error(
      `Cannot sign into ${header}: ${name} has a header of its own, ${scheme.header}`,
    );
  }
  return signed(name, header ?? scheme.header, signing);
}

function signed(name: SchemeName, header: string, signing: Signing): Record<string, string> {
  const { body, secret, now } = signing;
  const at = Math.floor(now / 1000);
  const hmac = (text: string) => createHmac("sha256", secret).update(text);

  switch (name) {
    case "hmac":
      return { [header]: hmac(body).digest("hex") };
    case "github":
      return {
        [header]: `sha256=${hmac(body).digest("hex")}`,
        "x-github-delivery": randomUUID(),
        "x-github-event": "ping",
      };
    case "hmac_base64":
    case "shopify":
      return { [header]: hmac(body).digest("base64") };
    case "timestamped":
    case "stripe":
      return { [header]: `t=${at},v1=${hmac(`${at}.${body}`).digest("hex")}` };
    case "slack":
      return {
        "x-slack-request-timestamp": `${at}`,
        [header]: `v0=${hmac(`v0:${at}:${body}`).digest("hex")}`,
      };
    case "bearer":
      return { [header]: `Bearer ${secret}` };
    case "token":
    case "gitlab":
      return { [header]: secret };
    case "ed25519":
      return { [header]: ed25519(body, secret) };
    case "discord":
      return { "x-signature-timestamp": `${at}`, [header]: ed25519(`${at}${body}`, secret) };
    case "standard":
    case "replicate":
      return standardHeaders({ id: `msg_${randomUUID()}`, timestamp: at, body, secret });
    case "svix": {
      const headers = standardHeaders({ id: `msg_${randomUUID()}`, timestamp: at, body, secret });
      return Object.fromEntries(
        Object.entries(headers).map(([own, value]) => [own.replace("webhook-", "svix-"), value]),
      );
    }
  }
}

/** What stands before the 32 bytes of a private key as PKCS #8 has it (RFC 8410). */
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");

function ed25519(message: string, secret: string): string {
  const bytes = Buffer.from(secret, /^[0-9a-f]{64}$/i.test(secret) ? "hex" : "base64");
  if (bytes.length !== 32) {
    throw new Error("Cannot sign: the secret is no private key, 32 bytes in hex or base64");
  }
  const key = createPrivateKey({
    key: Buffer.concat([PKCS8, bytes]),
    format: "der",
    type: "pkcs8",
  });
  return sign(null, Buffer.from(message), key).toString("hex");
}
