import type { Verdict } from "../_shared/credentials.ts";
import { type Get, readSecrets, splitSecrets } from "../_shared/env.ts";
import { findScheme } from "../_shared/signatures/schemes.ts";
import type { WebhookSource } from "../_shared/transitions/sources.ts";

/** How a custom source proves who it is. */
export type SourceCredentials = {
  /** False where its secret is not there, or its scheme is of a newer release. */
  configured: boolean;
  /** The header that carries signature or secret. */
  header: string;
  verify(headers: Headers, body: Uint8Array): Verdict;
};

/** @param now milliseconds */
export function sourceCredentials(
  source: WebhookSource,
  { get, now }: { get: Get; now: () => number },
): SourceCredentials {
  const scheme = findScheme(source.scheme);
  const secrets = source.secret_in === "vault"
    ? splitSecrets(source.secret ?? "")
    : readSecrets(get, source.secret_name);
  const header = source.header ?? scheme?.header ?? "";

  return {
    configured: scheme !== null && secrets.length > 0,
    header,
    verify(headers, body) {
      const verified = scheme?.verify({ headers, body, secrets, now: now() }, header) ?? null;
      return verified ? { kind: "verified", deliveryId: verified.id } : { kind: "refused" };
    },
  };
}
