import assert from "node:assert/strict";
import { anEndpoint, claimAll } from "./endpoints.ts";
import { onDatabase } from "./given.ts";
import { claim, submit } from "./verbs.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const traceparent = `00-${TRACE}-00f067aa0ba902b7-01`;

Deno.test(
  "what goes to a provider is of the job's trace, each call with a span of its own",
  onDatabase(async ({ aClaimedClip }) => {
    const first = await aClaimedClip({ metadata: { traceparent } });
    const second = await aClaimedClip({ metadata: { traceparent } });
    const sent = [first, second].map(({ attempt }) => attempt.traceparent ?? "");

    for (const one of sent) assert.match(one, new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
    assert.equal(new Set([...sent, traceparent]).size, 3);
  }),
);

Deno.test(
  "a job without a trace, or with nonsense for one, sends none on",
  onDatabase(async ({ aClaimedClip }) => {
    for (const metadata of [{}, { traceparent: "nonsense" }, { traceparent: 7 }]) {
      assert.equal((await aClaimedClip({ metadata })).attempt.traceparent, null);
    }
  }),
);

Deno.test(
  "a standing endpoint hears under the job's trace, each delivery with a span of its own",
  onDatabase(async (given) => {
    await anEndpoint(given, { headers: { "X-Desk": "7" } });
    await given.aProject({ metadata: { traceparent } });
    for (const work of await claim(given.db)) await submit(given.db, work);

    const sent = await claimAll(given);
    assert.ok(sent.length > 0);
    for (const { headers } of sent) {
      assert.equal(headers["X-Desk"], "7");
      assert.match(headers.traceparent ?? "", new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
    }
    const spans = new Set([traceparent, ...sent.map(({ headers }) => headers.traceparent)]);
    assert.equal(spans.size, sent.length + 1);
  }),
);
