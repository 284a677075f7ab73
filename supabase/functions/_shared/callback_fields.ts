import * as z from "zod";
import { withoutTokens } from "./log.ts";
import { beginning } from "./storable.ts";

/*
 * Fields that callbacks of several senders share. Null is as absent everywhere.
 */

export const Id = z.string().min(1).max(255);
/**
 * A scheme is the same in capitals (RFC 3986, 3.1). One way only to match each character: a text that is
 * too long is looked at all the same.
 */
export const Url = z.string().max(8192)
  .regex(/^[hH][tT][tT][pP][sS]?:\/\/[^\s/]\S*$/, { error: "Not an http URL", abort: true });
/** A film without a thumbnail is a film: one that cannot be had is as absent, `""` above all. */
export const Thumbnail = Url.nullish().catch(null);
export const Metadata = z.record(z.string(), z.unknown()).nullish().transform((it) => it ?? {});
export const Percentage = z.number().min(0).max(100).nullish();
/** What an integer of Postgres holds: a result with a larger figure could never be stored. */
export const LARGEST_MEASURE = 2_147_483_647;
export const Measure = z.number().nonnegative().max(LARGEST_MEASURE).nullish();

/** Of a file: some say 0 where they have not measured it, and that is as absent. */
export const Measured = Measure.transform((measure) => measure || null);

const LONGEST_REASON = 2000;
const WORDLESS = "No reason in words: ";
const Words = z.union([
  z.string(),
  z.looseObject({ message: z.string() }).transform(({ message }) => message),
]);

/**
 * A reason: a sentence, or an object with one in `message`. Anything else is taken as well, and
 * quoted: a failure is not to be lost because its sender has no words for it.
 */
export const Reason = z.unknown().optional().transform((value) => {
  if (value === null || value === undefined) return null;
  const words = Words.safeParse(value);
  return words.success ? words.data : `${WORDLESS}${JSON.stringify(value)}`;
}).meta({ description: "A sentence, or an object with one in `message`" });

/**
 * The first reason in words, else what was given instead, cut to a length that a row can bear. Users
 * read it: a token of a callback URL that it quotes is blanked.
 */
export function firstReason(...reasons: (string | null | undefined)[]): string {
  const given = reasons.filter((text) => typeof text === "string" && text.trim() !== "");
  const words = given.find((text) => !text?.startsWith(WORDLESS));
  return withoutTokens(beginning(words ?? given[0] ?? "No reason given", LONGEST_REASON)).trim();
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
