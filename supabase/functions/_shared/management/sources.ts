import * as z from "zod";
import type { Database } from "../database.ts";
import type { WebhookSource } from "../transitions/sources.ts";
import { Facts } from "./facts.ts";

/*
 * Custom sources as whoever is on call reads and changes them. What changes something raises RL400
 * or RL404 with a sentence for people.
 */

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
export function removeWebhookSource(db: Database, name: string): Promise<Facts> {
  return db.call("remove_webhook_source", { p_name: name }, Facts);
}
