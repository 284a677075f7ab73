import assert from "node:assert/strict";
import { redriveDeliveries } from "../functions/_shared/management/deliveries.ts";
import { aFilm } from "./drive.ts";
import { onDatabase } from "./given.ts";
import { claimDeliveries } from "./verbs.ts";

Deno.test(
  "redrive_deliveries takes the oldest dead ones of a range, and says how many remain",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const projectId = await aFilm(given);
    await sql`delete from public.webhook_deliveries`;
    await sql`
      insert into public.webhook_deliveries (delivery_id, project_id, type, url, body, status, created_at)
      select 'dlv_' || n, ${projectId}, 'video.generation.completed', 'https://client.test', '{}',
        case when n = 6 then 'pending' else 'dead' end, '2026-01-01'::timestamptz + n * interval '1 day'
      from generate_series(1, 7) as n`;
    const pending = async () =>
      (await sql`
        select delivery_id from public.webhook_deliveries where status = 'pending' order by 1`)
        .map(({ delivery_id }) => delivery_id);

    const range = { from: "2026-01-03T00:00:00Z", to: "2026-01-07T00:00:00Z" };
    assert.deepEqual(await redriveDeliveries(db, { ...range, limit: 2 }), {
      redriven: 2,
      remaining: 2,
    });
    assert.deepEqual(await pending(), ["dlv_2", "dlv_3", "dlv_6"]);

    assert.deepEqual(await redriveDeliveries(db, { ...range, limit: 100 }), {
      redriven: 2,
      remaining: 0,
    });
    assert.deepEqual(await redriveDeliveries(db, { from: null, to: null, limit: 100 }), {
      redriven: 2,
      remaining: 0,
    });
    assert.equal((await claimDeliveries(db)).length, 7);
  }),
);
