import * as z from "zod/mini";

/*
 * Of what webhook-manage answers, the files here read what the console shows. A field that a release
 * adds is passed over; one that it lacks is null.
 */

export const text = z.nullish(z.string());
export const number = z.nullish(z.number());
/** ISO 8601. */
export const time = z.nullish(z.string());
export const facts = z.record(z.string(), z.unknown());
/** Where the next page begins; null: this one was the last. */
export const next = z.nullable(z.string());
