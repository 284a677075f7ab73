import * as z from "zod";
import { CONNECTION_HEADERS } from "./connection_headers.ts";
import type { Issue } from "./errors.ts";

const MOST_HEADERS = 20;
const TOO_MANY = `More than ${MOST_HEADERS} headers`;

const Named = z.record(z.string(), z.string().max(4096).nullish())
  .transform((headers): Record<string, string> =>
    Object.fromEntries(Object.entries(headers).filter(isNamed))
  );

/**
 * Headers that a client names for its deliveries; one whose value is null is as absent. Counted first:
 * a body of 1 MiB has room for a hundred thousand, and what is wrong with each would be written down.
 */
export const WebhookHeaders = z.preprocess((value, context) => {
  const isFew = typeof value !== "object" || value === null ||
    Object.values(value).filter((one) => one !== null).length <= MOST_HEADERS;
  if (isFew) return value;
  context.addIssue({ code: "custom", message: TOO_MANY });
  return z.NEVER;
}, Named);

/** An HTTP token (RFC 9110, 5.6.2). */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;
/** Printable, so that no value can end its line and start another header. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Says which of the headers that a client wants to get with its deliveries we will not send. */
export function checkWebhookHeaders(headers: Readonly<Record<string, string>>): Issue[] {
  const names = Object.keys(headers);
  if (names.length > MOST_HEADERS) {
    return [{ path: "webhook_headers", message: TOO_MANY }];
  }
  return Object.entries(headers).flatMap(([name, value]) => {
    const message = problem(name.toLowerCase(), value);
    return message === null ? [] : [{ path: `webhook_headers.${name}`, message }];
  });
}

function problem(name: string, value: string): string | null {
  if (!NAME.test(name)) return "Not a header name";
  if (CONNECTION_HEADERS.has(name)) return "Belongs to the connection, not to the message";
  if (name.startsWith("webhook-")) return "Reserved for the signature";
  return VALUE.test(value) ? null : "Not a header value: Latin-1 without line breaks and controls";
}

function isNamed(header: [string, string | null | undefined]): header is [string, string] {
  return typeof header[1] === "string";
}
