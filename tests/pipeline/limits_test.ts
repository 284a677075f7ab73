import assert from "node:assert/strict";
import { onStack } from "./film_stack.ts";

const UNKNOWN = (n: number) => ({ task_id: `task_${n}`, status: "failed", error: "Out of order" });

Deno.test(
  "a door with a limit refuses verified requests over it, counts them once, and no unsigned ones",
  onStack(
    async ({ post, sql }) => {
      const secret = "STITCH_WEBHOOK_SECRET";
      for (let i = 0; i < 20; i++) {
        const { status } = await post("/stitch-complete", UNKNOWN(0), { secret: "OPERATOR_KEY" });
        assert.equal(status, 401);
      }
      const counted = async () =>
        (await sql`select coalesce(sum(requests), 0)::int as n from private.request_counts`)[0]?.n;
      assert.equal(await counted(), 0);

      const statuses: number[] = [];
      for (let i = 0; i < 6; i++) {
        const { status, body } = await post("/stitch-complete", UNKNOWN(i), { secret });
        statuses.push(status);
        if (status === 429) assert.deepEqual(body, { error: "Rate limit exceeded" });
      }

      assert.deepEqual(statuses, [200, 200, 200, 200, 429, 429]);
      const [logs] = await sql`select count(*)::int as n from public.webhook_logs`;
      assert.equal(logs?.n, 4);
      for (const until = performance.now() + 10_000; await counted() < 4;) {
        assert.ok(performance.now() < until, "the counts are told in the background");
      }
      assert.equal(await counted(), 4);
    },
    {},
    { env: { RATE_LIMIT_STITCH: "4" } },
  ),
);
