import assert from "node:assert/strict";
import { replayDeliveries, replayDelivery } from "../functions/_shared/management/deliveries.ts";
import { anEndpoint } from "./endpoints.ts";
import { onDatabase } from "./given.ts";
import { readFor } from "./rows_read.ts";

const DRY = { limit: 100, perSecond: 10, isDry: true };
const STATUSES: ["delivered"] = ["delivered"];

Deno.test(
  "a replay of a film, an endpoint, a user, a time or of what did not arrive reads that, not all there is",
  onDatabase(async (given) => {
    const { sql, db, openSession } = given;
    const others = await given.aProject();
    const { id: othersEndpoint } = await anEndpoint(given);
    const project = await given.aProject({ user_id: "user-2", video_id: "video-2" });
    const { id } = await anEndpoint(given, { user_id: "user-2" });
    // One a minute, the oldest 4000 minutes ago; of the last hundred one each five minutes is user-2's.
    await sql`
      insert into public.webhook_deliveries (
        delivery_id, project_id, endpoint_id, type, url, body, status, delivered_at, created_at
      )
      select
        'dlv_' || lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || lpad(n::text, 20, '0'),
        case when theirs then ${project} else ${others} end,
        case when theirs then ${id} else ${othersEndpoint} end,
        'scene.completed', 'https://desk.test', '{}', 'delivered', at, at
      from generate_series(1, 4000) as n,
        lateral (select private.clock() - make_interval(mins => n) as at, n <= 100 and n % 5 = 0 as theirs) as made`;
    await sql`vacuum analyze public.webhook_deliveries`;
    const { sql: own } = await openSession();
    const hour = {
      from: new Date(Date.now() - 90.5 * 60_000).toISOString(),
      to: new Date(Date.now() - 30.5 * 60_000).toISOString(),
    };

    for (
      const [filter, matched] of [
        [{ project_id: project, statuses: STATUSES }, 20],
        [{ endpoint_id: id, statuses: STATUSES }, 20],
        [{ user_id: "user-2", statuses: STATUSES }, 20],
        [{ ...hour, statuses: STATUSES }, 60],
        [{ ...hour, user_id: "user-2", statuses: STATUSES }, 12],
        [{ user_id: "user-2" }, 0],
        [{}, 0],
      ] as const
    ) {
      const asked = JSON.stringify(filter);
      const statement = `select public.replay_deliveries('${asked}', 100, 10, true)`;
      const rows = await readFor(sql, own, "webhook_deliveries", statement);
      assert.ok(rows < 500, `${asked} read ${rows} rows`);
      assert.equal((await replayDeliveries(db, filter, DRY)).matched, matched, asked);
    }
  }),
);

Deno.test(
  "an end of a film that has ended anew since is replayed by itself alone, not in a range",
  onDatabase(async (given) => {
    const { sql, db } = given;
    const project = await given.aProject();
    await sql`
      insert into public.webhook_deliveries (delivery_id, project_id, endpoint_id, type, url, body, status)
      values
        ('dlv_a', ${project}, null, 'video.generation.failed', 'https://client.test', '{}', 'filtered'),
        ('dlv_b', ${project}, 'notification', 'video.generation.failed', 'x', '{}', 'filtered')`;

    const how = { limit: 100, perSecond: 10, isDry: false };
    const range = { statuses: ["filtered" as const], project_id: project };
    assert.equal((await replayDeliveries(db, range, how)).matched, 0);
    assert.equal((await replayDelivery(db, "dlv_a")).status, "pending");
  }),
);

Deno.test(
  "a batch is replayed for the film or the type of what travelled in it",
  onDatabase(async (given) => {
    const { sql, db } = given;
    const { id } = await anEndpoint(given, { batch_size: 10 });
    const [one, other] = [await given.aProject(), await given.aProject({ video_id: "video-2" })];
    await sql`
      insert into public.webhook_deliveries (delivery_id, endpoint_id, type, url, body, status)
      select 'dlv_batch', ${id}, 'batch', 'https://desk.test', '{}', 'dead'`;
    await sql`
      insert into public.webhook_deliveries (project_id, endpoint_id, type, url, body, status, batch_id)
      values (${one}, ${id}, 'scene.started', 'https://desk.test', '{}', 'dead', 'dlv_batch'),
        (${other}, ${id}, 'scene.completed', 'https://desk.test', '{}', 'dead', 'dlv_batch')`;

    for (
      const [filter, matched] of [
        [{ project_id: one }, 1],
        [{ type: "scene.completed" }, 1],
        [{ project_id: one, type: "scene.started" }, 1],
        [{ project_id: one, type: "scene.completed" }, 0],
        [{ user_id: "user-1" }, 1],
      ] as const
    ) {
      const { matched: found } = await replayDeliveries(db, filter, DRY);
      assert.equal(found, matched, JSON.stringify(filter));
    }
  }),
);
