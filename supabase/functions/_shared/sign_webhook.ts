import { standardHeaders } from "./signatures/standard_webhooks.ts";

/**
 * Signs a body by Standard Webhooks 1.0, once with each secret: whoever knows only the old or only
 * the new one of two finds a signature that fits.
 *
 * @param secrets at least one
 * @param timestamp seconds; of this try, not of the first
 * @throws when there is no secret, or one after `whsec_` is not base64
 */
export function signWebhook(
  secrets: readonly string[],
  message: { id: string; timestamp: number; body: string },
): Record<string, string> {
  const signed = secrets.map((secret) => standardHeaders({ ...message, secret }));
  if (signed.length === 0) throw new Error("Cannot sign: there is no secret");

  const signatures = signed.map((headers) => headers["webhook-signature"]);
  return { ...signed[0], "webhook-signature": signatures.join(" ") };
}
