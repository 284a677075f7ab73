import { canSign, standardHeaders } from "./signatures/standard_webhooks.ts";

/**
 * Signs a body by Standard Webhooks 1.0, once with each secret: whoever knows only the old or only
 * the new one of two finds a signature that fits.
 *
 * @param secrets at least one; one that cannot be used is left out where another can: what a rotation
 * brought must not stop what was sent before it
 * @param timestamp seconds; of this try, not of the first
 * @throws when there is no secret, or none that can be used: what stands after `whsec_` is not base64
 */
export function signWebhook(
  secrets: readonly string[],
  message: { id: string; timestamp: number; body: string },
): Record<string, string> {
  const usable = secrets.filter(canSign);
  const signed = (usable.length > 0 ? usable : secrets).map((secret) =>
    standardHeaders({ ...message, secret })
  );
  if (signed.length === 0) throw new Error("Cannot sign: there is no secret");

  const signatures = signed.map((headers) => headers["webhook-signature"]);
  return { ...signed[0], "webhook-signature": signatures.join(" ") };
}
