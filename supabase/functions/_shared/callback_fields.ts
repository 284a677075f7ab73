import { z } from "zod";

/*
 * Fields that callbacks of several senders share. Null is as absent everywhere.
 */

export const Id = z.string().min(1).max(255);
export const Url = z.string().max(8192).regex(/^https?:\/\/[^\s/]+\S*$/, "Not an http URL");
export const Metadata = z.record(z.string(), z.unknown()).nullish().transform((it) => it ?? {});
export const Percentage = z.number().min(0).max(100).nullish();
/** What an integer of Postgres holds: a result with a larger figure could never be stored. */
export const LARGEST_MEASURE = 2_147_483_647;
export const Measure = z.number().nonnegative().max(LARGEST_MEASURE).nullish();

/** A reason: a sentence, or an object with one. */
export const Reason = z.union([
  z.string(),
  z.looseObject({ message: z.string() }).transform(({ message }) => message),
], "Expected a string, or an object with a message").nullish();

const LONGEST_REASON = 2000;

/** The first reason that says something, cut to a length that a row can bear. */
export function firstReason(...reasons: (string | null | undefined)[]): string {
  const reason = reasons.find((text) => text && text.trim() !== "") ?? "No reason given";
  return reason.slice(0, LONGEST_REASON).trim();
}

/** Leaves out what is absent. */
export function present<T extends Record<string, unknown>>(
  fields: T,
): { [K in keyof T]?: NonNullable<T[K]> };
export function present(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined),
  );
}
