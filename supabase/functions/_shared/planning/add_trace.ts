import { readTraceparent } from "../trace_context.ts";
import type { Job } from "../transitions/projects.ts";

/**
 * Keeps the sender's trace with the job: the body's field `traceparent` (n8n and the like set fields
 * more easily than headers), else the header. Its callbacks carry it back.
 */
export function addTrace(job: Job, header: string | undefined): Job {
  const field = job.metadata.traceparent;
  const traceparent = readTraceparent(typeof field === "string" ? field : header);
  if (traceparent === null) return job;
  const isOwn = Object.keys(job.webhook_headers ?? {}).some((name) => /^traceparent$/i.test(name));
  return {
    ...job,
    metadata: { ...job.metadata, traceparent },
    webhook_headers: isOwn ? job.webhook_headers : { ...job.webhook_headers, traceparent },
  };
}
