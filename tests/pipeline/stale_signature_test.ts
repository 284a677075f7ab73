import assert from "node:assert/strict";
import { onStack } from "./film_stack.ts";

Deno.test(
  "a film ends though fal signs each callback too late: none is believed, and fal is asked",
  onStack(async (stack) => {
    stack.fal.behave({ webhook: "stale_timestamp" });

    const film = await stack.order([{ prompt: "one" }, { prompt: "two" }]);
    const { type } = await stack.ended(film);
    await stack.settled();

    assert.equal(type, "video.generation.completed");
    const [logs] = await stack.sql`select count(*)::int as n from public.webhook_logs`;
    assert.equal(logs?.n, 0, "nothing of them is recorded");
    const answered = stack.fal.requests.flatMap(({ webhooks }) =>
      webhooks.map((one) => one.status)
    );
    assert.ok(answered.length >= 4);
    assert.ok(answered.every((status) => status === null || status === 401 || status === 429));

    // No deadline had passed: what moved each step on was the hint alone.
    const hinted = await stack.sql`
      select data ->> 'attempt_id' as attempt_id, count(*)::int as n from public.pipeline_events
      where project_id = ${film} and type = 'attempt.hinted' group by 1`;
    assert.ok(hinted.length >= 4);
    assert.ok(hinted.every(({ n }) => n === 1), "each request is asked about once");
    const overdue = await stack.sql`
      select 1 from public.pipeline_events where project_id = ${film} and type = 'attempt.overdue'`;
    assert.equal(overdue.length, 0);
    const clips = stack.fal.requests.filter(({ endpoint }) => /image-to-video/.test(endpoint));
    assert.equal(clips.length, 2);
    assert.deepEqual([...await stack.sql`select * from private.check_invariants()`], []);
  }),
);
