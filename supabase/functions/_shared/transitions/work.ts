import * as z from "zod";
import type { Database } from "../database.ts";
import { DeliveryWork } from "./deliveries.ts";
import { type Provider, type StepKind, StepWork } from "./steps.ts";

const ClaimedWork = z.object({
  work: z.array(z.discriminatedUnion("kind", [StepWork, DeliveryWork])),
  /** The database's bell seems not to reach us: stay on watch for what becomes due. */
  deaf: z.boolean(),
  /** ISO 8601; when the next piece of work becomes due, null when none is open. */
  next_due_at: z.string().nullable(),
  /** Deliveries wait to be claimed by themselves. Absent in the first release's answer. */
  deliveries_due: z.boolean().optional(),
});
export type ClaimedWork = z.infer<typeof ClaimedWork>;

/** Leases up to `limit` due pieces of work. `answersBell`: this call answers a ring. */
export function claimWork(
  db: Database,
  by: {
    limit: number;
    providers: Partial<Record<StepKind, Provider>>;
    /** Films that a stitch service has stored are copied into our own Storage as well. */
    storesAllFilms?: boolean;
    /** Providers whose calls this runner announces (`announceCall`). */
    announced?: readonly Provider[];
    /** Deliveries are claimed by themselves, with `claimDeliveries`. */
    withoutDeliveries?: boolean;
    answersBell: boolean;
  },
): Promise<ClaimedWork> {
  return db.call("claim_work", {
    p_limit: by.limit,
    p_providers: {
      ...by.providers,
      ...(by.storesAllFilms ? { store_films: "always" } : {}),
      ...(by.announced?.length ? { announced: by.announced } : {}),
      ...(by.withoutDeliveries ? { deliveries: "apart" } : {}),
    },
    p_answers_bell: by.answersBell,
  }, ClaimedWork);
}

/** Rings for a successor when a runner stops with work left. */
export function ringBell(db: Database): Promise<boolean> {
  return db.call("ring_bell", {}, z.boolean());
}

/** True when the last ring has had no answer for some seconds: pg_net is not delivering. */
export function isBellDeaf(db: Database): Promise<boolean> {
  return db.call("is_bell_deaf", {}, z.boolean());
}
