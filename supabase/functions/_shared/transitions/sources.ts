import * as z from "zod";
import type { Database } from "../database.ts";
import { type Callback, ReceivedCallback } from "./callbacks.ts";

/** A custom source, a row of private.webhook_sources. */
const Source = z.object({
  name: z.string(),
  scheme: z.string(),
  /** Where the signature or token comes in; null: where the scheme usually has it. */
  header: z.string().nullable(),
  secret_in: z.enum(["env", "vault"]),
  secret_name: z.string(),
  /** What Vault holds, one secret or several; null where it is in the environment, or missing. */
  secret: z.string().nullable(),
  id_path: z.string().nullable(),
  type_path: z.string().nullable(),
  /** Verified requests a minute from one address. */
  rate_limit: z.number().nullable(),
  /** Changes with anything of the above. */
  revision: z.string(),
});
export type WebhookSource = z.infer<typeof Source>;

/** The enabled ones. Holds secrets: it is for verifying, and for nobody's eyes. */
export function readWebhookSources(db: Database): Promise<WebhookSource[]> {
  return db.call("read_webhook_sources", {}, z.array(Source));
}

type SourceCallback = Omit<Callback, "malformed" | "result">;

/** Null where the source is not any more what the callback was verified by: nothing is recorded. */
export function receiveSourceCallback(
  db: Database,
  callback: SourceCallback,
  { revision }: { revision: string },
): Promise<ReceivedCallback | null> {
  return db.call("receive_source_callback", {
    p_callback: { ...callback, malformed: null, result: { state: "received" } },
    p_revision: revision,
  }, ReceivedCallback.nullable());
}
