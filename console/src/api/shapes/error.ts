import * as z from "zod/mini";
import { facts, next } from "./fields.ts";

export const ErrorRow = z.object({
  error_log_id: z.number(),
  type: z.string(),
  severity: z.string(),
  message: z.string(),
  context: facts,
  created_at: z.string(),
});
export type ErrorRow = z.infer<typeof ErrorRow>;
export const ErrorPage = z.object({ docs: z.array(ErrorRow), next });

export const ErrorSeries = z.object({
  since: z.string(),
  bucket_s: z.number(),
  buckets: z.array(z.object({ at: z.string(), by_type: z.record(z.string(), z.number()) })),
});
export type ErrorSeries = z.infer<typeof ErrorSeries>;

export const ErrorStats = z.object({
  total: z.number(),
  last_24h: z.number(),
  last_hour: z.number(),
  most_frequent: z.array(
    z.object({ type: z.string(), message: z.string(), count: z.number(), last_at: z.string() }),
  ),
});
export type ErrorStats = z.infer<typeof ErrorStats>;
