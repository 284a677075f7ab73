import { Buffer } from "node:buffer";
import type { Context } from "hono";
import type { Admitted } from "./door.ts";
import { storableText } from "./storable.ts";
import type { Callback } from "./transitions/callbacks.ts";

/** Headers worth keeping: who sent it and what it signed, no signature and no credential. */
const CURATED = [
  "content-type",
  "user-agent",
  "webhook-id",
  "webhook-timestamp",
  "svix-id",
  "svix-timestamp",
  "x-fal-webhook-request-id",
  "x-fal-webhook-user-id",
  "x-fal-webhook-timestamp",
  "x-github-delivery",
  "x-github-event",
  "x-gitlab-event",
  "x-request-id",
  "x-shopify-topic",
  "x-signature-timestamp",
  "x-slack-request-timestamp",
];
const LONGEST_HEADER = 500;

/** What is written down of a request whatever its body says. */
export type RecordedRequest = Omit<Callback, "type" | "malformed" | "result">;

/** @param secretHeader one that carries a credential here, though its name is a harmless one. */
export function recordRequest(
  c: Context,
  { body, deliveryId, source, data, secretHeader }: Pick<Admitted, "body" | "deliveryId"> & {
    source: string;
    data: unknown;
    secretHeader?: string;
  },
): RecordedRequest {
  const headers = CURATED.flatMap((name) => {
    const value = name === secretHeader ? undefined : c.req.header(name);
    return value === undefined ? [] : [[name, storableText(value.slice(0, LONGEST_HEADER))]];
  });

  return {
    source,
    delivery_id: deliveryId,
    token: tokenOf(c),
    headers: Object.fromEntries(headers),
    raw_body: Buffer.from(body).toString("base64"),
    data,
  };
}

/** The attempt's token in the callback URL, right or wrong. */
export function tokenOf(c: Context): string | null {
  const token = c.req.query("token");
  return token ? storableText(token.slice(0, LONGEST_HEADER)) : null;
}
