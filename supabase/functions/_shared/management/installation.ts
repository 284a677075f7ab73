import * as z from "zod";
import type { Database } from "../database.ts";
import { Facts } from "./facts.ts";

/*
 * Switches, fallbacks and users of an installation. What changes something raises
 * RL400, RL404 or RL409 with a sentence for people.
 */

export function listProviders(db: Database): Promise<Facts[]> {
  return db.call("list_providers", {}, z.array(Facts));
}

export type ProviderChanges = {
  is_paused?: boolean;
  /** Null: no limit. */
  max_in_flight?: number | null;
  max_in_flight_per_user?: number | null;
  /** Lets go of a provider that is held after failures, or for its Retry-After. */
  is_held?: false;
};

/** @param name `*` is the switch that pauses everything */
export function setProvider(db: Database, name: string, changes: ProviderChanges): Promise<Facts> {
  return db.call("set_provider", { p_name: name, p_changes: changes }, Facts);
}

/** What `deleteUserData` would delete; changes nothing. */
export function previewUserData(db: Database, userId: string): Promise<Facts> {
  return db.call("preview_user_data", { p_user_id: userId }, Facts);
}

const DeletedUser = z.looseObject({
  /** False: requests at providers are being given up, or there is more; to be called again. */
  done: z.boolean(),
  bucket: z.string(),
  /** Files that are the caller's to remove: they are in no table any more. */
  paths: z.array(z.string()),
});

/** Cancels and deletes a user's films, and all that was recorded about them. */
export function deleteUserData(db: Database, userId: string): Promise<z.infer<typeof DeletedUser>> {
  return db.call("delete_user_data", { p_user_id: userId }, DeletedUser);
}

/** `{model, fallback, takes_end_frame, updated_at}` */
export function listModelFallbacks(db: Database): Promise<Facts[]> {
  return db.call("list_model_fallbacks", {}, z.array(Facts));
}

/**
 * @param fallback null: the model has none any more
 * @param takesEndFrame it can also make a clip that ends with a shared keyframe
 */
export function putModelFallback(
  db: Database,
  model: string,
  fallback: string | null,
  takesEndFrame: boolean,
): Promise<Facts> {
  return db.call(
    "put_model_fallback",
    { p_model: model, p_fallback: fallback, p_takes_end_frame: takesEndFrame },
    Facts,
  );
}
