import { createHmac } from "node:crypto";
import type { SigningKey } from "../../local/simulators/fal/signing_key.ts";
import { isDoorName, secretsOf } from "../../supabase/functions/_shared/credentials.ts";
import { readSecrets } from "../../supabase/functions/_shared/env.ts";
import { bodyBytes, type FuzzRequest } from "./fuzz_request.ts";

/** Headers by which the request is signed, or claims to be. */
export async function sign(
  request: FuzzRequest,
  { env, falKey, now }: { env: Record<string, string>; falKey: SigningKey; now: number },
): Promise<[string, string][]> {
  const { door, signature } = request;
  // An operator's key is a secret like theirs, and signs nothing.
  const variables = isDoorName(door) ? secretsOf(door) : ["OPERATOR_KEY"];
  const [secret = ""] = readSecrets((name) => env[name], ...variables);
  const body = bodyBytes(request.body);
  const hmac = (key: string | Uint8Array, encoding: "hex" | "base64", ...parts: Uint8Array[]) => {
    const hash = createHmac("sha256", key);
    for (const part of parts) hash.update(part);
    return hash.digest(encoding);
  };

  switch (signature) {
    case "none":
      return [];
    case "junk":
      return [
        ["x-webhook-signature", "sha256="],
        ["authorization", "Bearer "],
        ["apikey", "\xff"],
        ["x-fal-signature", "0".repeat(64)],
      ];
    case "wrong":
      return [
        ["x-webhook-signature", hmac("not the secret", "hex", body)],
        ["authorization", `Bearer ${secret.slice(0, -1)}`],
        ["webhook-id", "msg_1"],
        ["webhook-timestamp", String(Math.floor(now / 1000))],
        ["webhook-signature", `v1,${hmac("not the secret", "base64", body)}`],
      ];
    case "hmac":
      return door === "webhook-manage"
        ? [["apikey", secret]]
        : [["x-webhook-signature", hmac(secret, "hex", body)]];
    case "bearer":
      return [["authorization", `Bearer ${secret}`]];
    case "own": {
      if (door !== "fal-webhook") {
        const usual = door === "pipeline-step" ? "standard" : "hmac";
        return await sign({ ...request, signature: usual }, { env, falKey, now });
      }
      const message = { requestId: crypto.randomUUID(), userId: "fuzz", at: now, body };
      return Object.entries(await falKey.sign(message));
    }
    case "standard": {
      const [id, timestamp] = [`msg_${crypto.randomUUID()}`, String(Math.floor(now / 1000))];
      const key = secret.startsWith("whsec_")
        ? Uint8Array.from(atob(secret.slice(6)), (letter) => letter.charCodeAt(0))
        : new TextEncoder().encode(secret);
      const head = new TextEncoder().encode(`${id}.${timestamp}.`);
      return [
        ["webhook-id", id],
        ["webhook-timestamp", timestamp],
        ["webhook-signature", `v1,${hmac(key, "base64", head, body)}`],
      ];
    }
  }
}
