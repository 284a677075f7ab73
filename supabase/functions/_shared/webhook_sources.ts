import * as z from "zod";
import type { Database } from "./database.ts";
import { type Callback, ReceivedCallback } from "./transitions/callbacks.ts";

/*
 * One typed wrapper for each SQL function about custom sources: private.webhook_sources holds them.
 * Those that change something raise RL400 or RL404 with a sentence for people.
 */

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

export type SourceCallback = Omit<Callback, "malformed" | "result">;

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

export const SourceView = z.looseObject({
  name: z.string(),
  secret_in: z.enum(["env", "vault"]),
  secret_name: z.string(),
  /** Null where it is in the environment: the database cannot know. */
  has_secret: z.boolean().nullable(),
});
export type SourceView = z.infer<typeof SourceView>;

export function listWebhookSources(db: Database): Promise<SourceView[]> {
  return db.call("list_webhook_sources", {}, z.array(SourceView));
}

/** What is undefined stays as it is; null takes it away. */
export type SourceChanges = Partial<
  & Pick<WebhookSource, "scheme" | "header" | "secret_in" | "secret_name">
  & Pick<WebhookSource, "id_path" | "type_path" | "rate_limit">
  & {
    handler_kind: "function" | "delivery" | null;
    /** A function's name in the schema `handlers`, or a URL. */
    handler_target: string | null;
    is_enabled: boolean;
  }
>;

export function putWebhookSource(
  db: Database,
  name: string,
  changes: SourceChanges,
): Promise<SourceView> {
  return db.call("put_webhook_source", { p_name: name, p_changes: changes }, SourceView);
}

/** `{name, removed}` */
export function removeWebhookSource(db: Database, name: string): Promise<Record<string, unknown>> {
  return db.call(
    "remove_webhook_source",
    { p_name: name },
    z.record(z.string(), z.unknown()),
  );
}
