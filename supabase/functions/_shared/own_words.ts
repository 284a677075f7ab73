import * as z from "zod";
import { withoutTokens } from "./log.ts";
import { beginning } from "./storable.ts";

/** Characters of a provider's words that we keep. */
const LONGEST = 500;
/** Of a list of reasons: a body of 1 MiB has room for hundreds of thousands. */
const MOST_REASONS = 20;

/** fal's `detail`: FastAPI's list, or a plain sentence; around it, what other layers answer. */
const Detail = z.union([
  z.string(),
  z.array(z.unknown()).transform((reasons) => reasons.slice(0, MOST_REASONS)).pipe(
    z.array(z.looseObject({
      loc: z.array(z.union([z.string(), z.number()])).optional(),
      msg: z.string(),
    })),
  ),
]);
const ErrorBody = z.union([
  z.looseObject({ detail: Detail }).transform(({ detail }) => inOneLine(detail)),
  z.looseObject({ message: z.string() }).transform(({ message }) => message),
  z.looseObject({ error: z.string() }).transform(({ error }) => error),
  z.looseObject({ error: z.looseObject({ message: z.string() }) })
    .transform(({ error }) => error.message),
]);

/**
 * Digs the reason out of an error body in fal's formats, cut to 500 characters; null where it gives
 * none. `secrets` and tokens of URLs are blanked: an error may quote the request that it is about.
 */
export function ownWords(body: unknown, secrets: readonly string[] = []): string | null {
  const read = ErrorBody.safeParse(body);
  if (!read.success || read.data.trim() === "") return null;

  const clean = secrets.filter((secret) => secret !== "").reduce(
    (words, secret) => words.replaceAll(secret, "***"),
    withoutTokens(read.data.trim()),
  );
  return clean.length > LONGEST ? `${beginning(clean, LONGEST - 1)}…` : clean;
}

function inOneLine(detail: z.infer<typeof Detail>): string {
  if (typeof detail === "string") return detail;
  return detail.map(({ loc = [], msg }) => {
    const path = loc.filter((part, i) => !(i === 0 && part === "body")).join(".");
    return path === "" ? msg : `${path}: ${msg}`;
  }).join("; ");
}
