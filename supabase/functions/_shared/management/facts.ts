import * as z from "zod";

/** What only people read: its shape is the SQL function's. */
export const Facts = z.record(z.string(), z.unknown());
export type Facts = z.infer<typeof Facts>;

/** A page of what a console reads. */
export const Page = z.object({
  docs: z.array(Facts),
  /** Where the next page begins; null: this one was the last. */
  next: z.string().nullable(),
});
export type Page = z.infer<typeof Page>;

export type PageBounds = {
  /** The `next` of the page before; null: from the newest. */
  before: string | null;
  limit: number;
};
