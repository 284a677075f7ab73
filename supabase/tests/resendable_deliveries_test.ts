import assert from "node:assert/strict";
import { setEndpointEnabled } from "../functions/_shared/management/endpoints.ts";
import { anEndpoint, queueTo } from "./endpoints.ts";
import { onDatabase } from "./given.ts";

Deno.test(
  "resendable_deliveries are those of which is_resendable is true, each by itself",
  onDatabase(async (given) => {
    const { sql, db } = given;
    const { id: open } = await anEndpoint(given);
    const { id: closed } = await anEndpoint(given);
    const statuses = ["dead", "delivered", "filtered", "skipped", "batched", "pending"];
    for (const to of [open, closed, "source:a", "ep_gone"]) {
      await queueTo(sql, to, 2 * statuses.length);
    }
    await setEndpointEnabled(db, closed, { isEnabled: false, reason: null });
    await sql`
      update public.webhook_deliveries
      set
        status = (${statuses}::text[])[1 + position % ${statuses.length}],
        delivered_at = case when position % ${statuses.length} = 1 then private.clock() end,
        body = case when position % 5 = 0 then repeat('x', 1048577) else body end,
        batch_id = case when position % 7 = 0 then delivery_id end`;

    const [counts] = await sql`
      select
        count(*) filter (where resendable_deliveries.delivery_id is not null)::int as resendable,
        count(*) filter (
          where private.is_resendable(webhook_deliveries) = (resendable_deliveries.delivery_id is null)
        )::int as apart
      from public.webhook_deliveries
      left join private.resendable_deliveries using (delivery_id)`;

    assert.ok(counts?.resendable > 5, `${counts?.resendable} can be sent again`);
    assert.equal(counts?.apart, 0);
  }),
);

for (
  const [what, call] of [
    ["redriving", "public.redrive_deliveries(null, null, 10)"],
    ["a dry run of a replay", "public.replay_deliveries('{}', 10, 10, true)"],
    ["a replay", "public.replay_deliveries('{}', 10, 10, false)"],
  ] as const
) {
  Deno.test(
    `${what} asks no function of each that a long outage left behind, but of those that it takes`,
    onDatabase(async ({ sql }) => {
      await queueTo(sql, "source:a", 500);
      await sql`update public.webhook_deliveries set status = 'dead'`;

      const calls = await sql.begin(async (tx) => {
        await tx`set local track_functions = 'all'`;
        await tx.unsafe(`select ${call}`);
        const [row] = await tx`
          select coalesce(sum(calls), 0)::int as n from pg_stat_xact_user_functions
          where funcname = 'is_resendable'`;
        return row?.n;
      });

      assert.ok(calls <= 20, `it was asked ${calls} times`);
    }),
  );
}
