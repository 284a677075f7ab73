import * as z from "zod";
import type { Operation, Proof } from "./door_part.ts";

/** Every answer other than 2xx is at least this. */
export const Problem = z.looseObject({
  error: z.string(),
  issues: z.array(z.object({
    path: z.string().meta({ description: "`scenes.0.prompt`; empty: the body as a whole" }),
    message: z.string(),
  })).optional(),
});

type SecurityScheme = Record<string, string>;

function header(name: string, description: string): SecurityScheme {
  return { type: "apiKey", in: "header", name, description };
}

export const SECURITY_SCHEMES: Record<Proof, SecurityScheme> = {
  signature: header(
    "X-Webhook-Signature",
    "Hex HMAC-SHA256 of the raw body under the door's secret, with or without `sha256=`. A GET " +
      "signs the empty body.",
  ),
  standard: header(
    "webhook-signature",
    "Standard Webhooks 1.0: `v1,<base64>` of `webhook-id.webhook-timestamp.body`, with the headers " +
      "`webhook-id` and `webhook-timestamp`, at most 300 s old.",
  ),
  bearer: { type: "http", scheme: "bearer", description: "The door's secret itself." },
  fal: header("X-Fal-Webhook-Signature", "fal's own Ed25519 signature, checked by its key set."),
  falSecret: header("x-fal-signature", "Hex HMAC-SHA256 of the raw body, FAL_WEBHOOK_SECRET."),
  lastframeSecret: header("x-lastframe-signature", "Hex HMAC-SHA256 of the raw body."),
  source: header("X-Webhook-Signature", "As the source's row says: its scheme, its header."),
  taskToken: {
    type: "apiKey",
    in: "query",
    name: "token",
    description: "The token in `status_url`; an unknown id and a wrong token are the same 404.",
  },
  operator: header("apikey", "OPERATOR_KEY, here or as Bearer."),
  admin: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "The token of a signed-in user with `app_metadata.role = admin`, or OPERATOR_KEY.",
  },
};

const SAYS: Record<number, string> = {
  400: "Not JSON, nested deeper than 64, or wrong fields: `issues` says which",
  401: "No valid credential",
  404: "Nothing there",
  405: "Not this method; `Allow` says which",
  408: "The body did not arrive within 15 s",
  413: "The body is over 1 MiB",
  429: "Too many: stay away for `Retry-After` seconds",
  500: "Our fault, and written down: send it again",
  503: "Not configured, or the database or the keys are away: come again",
};

/** The refusals that every such operation may answer. */
export function commonRefusals({ by, body, query, path }: Operation): number[] {
  return [
    ...body || query ? [400] : [],
    ...by.length > 0 ? [401, 408, 413, 429] : [],
    ...path.includes("{") ? [404] : [],
    405,
    ...by.length > 0 ? [500, 503] : [],
  ];
}

/** @param ref where the document has `Problem` */
export function refusal(status: number, ref: string) {
  return {
    description: SAYS[status] ?? "Refused",
    content: { "application/json": { schema: { $ref: ref } } },
    ...status === 429 && {
      headers: { "Retry-After": { description: "Seconds", schema: { type: "string" } } },
    },
  };
}
