import { Buffer } from "node:buffer";

/** fal's webhook key: signs, and shows its public half. */
export type SigningKey = {
  jwks: { keys: Record<string, string>[] };
  /** The four `X-Fal-Webhook-...` headers; `at` is milliseconds since the epoch. */
  sign(
    message: { requestId: string; userId: string; at: number; body: Uint8Array<ArrayBuffer> },
  ): Promise<Record<string, string>>;
};

/**
 * A new Ed25519 key, or the one of `seed` (32 bytes). `padded` publishes `x` with base64 padding.
 * What is signed: request id, user id, Unix seconds and the body's SHA-256 in hex, line by line.
 */
export async function createSigningKey(
  { seed, padded = false }: { seed?: Uint8Array; padded?: boolean } = {},
): Promise<SigningKey> {
  const pkcs8Head = Buffer.from("302e020100300506032b657004220420", "hex");
  const raw = seed ?? crypto.getRandomValues(new Uint8Array(32));
  const pkcs8 = new Uint8Array(Buffer.concat([pkcs8Head, raw]));
  const key = await crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", true, ["sign"]);
  const { x = "" } = await crypto.subtle.exportKey("jwk", key);
  const jwk = { kty: "OKP", crv: "Ed25519", x: padded ? `${x}=` : x };
  return {
    jwks: { keys: [jwk] },
    async sign({ requestId, userId, at, body }) {
      const timestamp = String(Math.floor(at / 1000));
      const digest = hex(await crypto.subtle.digest("SHA-256", body));
      const message = new TextEncoder().encode([requestId, userId, timestamp, digest].join("\n"));
      return {
        "X-Fal-Webhook-Request-Id": requestId,
        "X-Fal-Webhook-User-Id": userId,
        "X-Fal-Webhook-Timestamp": timestamp,
        "X-Fal-Webhook-Signature": hex(await crypto.subtle.sign("Ed25519", key, message)),
      };
    },
  };
}

function hex(bytes: ArrayBuffer): string {
  return Buffer.from(bytes).toString("hex");
}
