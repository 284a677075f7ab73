import assert from "node:assert/strict";
import { jobOf } from "../../../tests/job_of.ts";
import { addTrace } from "./add_trace.ts";

const TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const OTHER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b8-01";

Deno.test("a job's trace is kept with it, and goes back with its callbacks", () => {
  const job = addTrace(jobOf(), TRACE);

  assert.equal(job.metadata.traceparent, TRACE);
  assert.deepEqual(job.webhook_headers, { traceparent: TRACE });
});

Deno.test("a field of that name does where there is no such header; the field wins", () => {
  const job = { ...jobOf(), metadata: { traceparent: OTHER, plan: "a" } };

  assert.deepEqual(addTrace(job, undefined).metadata, { traceparent: OTHER, plan: "a" });
  assert.deepEqual(addTrace(job, TRACE).metadata, { traceparent: OTHER, plan: "a" });
});

Deno.test("without a trace a job stays as it is; a header that the client chose is left alone", () => {
  const job = jobOf();
  const own = { ...jobOf(), webhook_headers: { Traceparent: "own" } };

  assert.equal(addTrace(job, "nonsense"), job);
  assert.deepEqual(addTrace(own, TRACE).webhook_headers, { Traceparent: "own" });
});
