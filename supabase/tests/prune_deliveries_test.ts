import assert from "node:assert/strict";
import { setEndpointEnabled } from "../functions/_shared/management/endpoints.ts";
import { aFilm } from "./drive.ts";
import { anEndpoint, BUSY, claimAll, queueTo, recordAll, statusesOf } from "./endpoints.ts";
import { onDatabase } from "./given.ts";
import { brokenInvariants } from "./look.ts";
import { moveClock } from "./verbs.ts";

Deno.test(
  "prune_deliveries deletes ended deliveries of custom sources by their age, and no open one",
  onDatabase(async ({ sql }) => {
    await sql`
      insert into public.webhook_deliveries (delivery_id, endpoint_id, type, url, body, status) values
        ('dlv_0', 'source:crm', 'webhook.received', 'https://desk.test', '{}', 'dead'),
        ('dlv_1', 'source:crm', 'webhook.received', 'https://desk.test', '{}', 'pending')`;
    const prune = () =>
      sql`select deleted from private.prune_deliveries('', private.clock() - interval '90 days', 10)`;

    assert.equal((await prune())[0]?.deleted, 0);
    await moveClock(sql, 91 * 86_400);

    assert.equal((await prune())[0]?.deleted, 1);
    const left = await sql`select delivery_id from public.webhook_deliveries`;
    assert.deepEqual([...left], [{ delivery_id: "dlv_1" }]);
  }),
);

Deno.test(
  "prune_deliveries takes what was filtered or skipped too, and lanes that nobody uses",
  onDatabase(async ({ sql }) => {
    await sql`
      insert into public.webhook_deliveries (endpoint_id, type, url, body, status)
      select 'ep_1', 'scene.started', 'https://desk.test', '{}', status
      from unnest(array['filtered', 'skipped', 'pending']) as status`;
    await sql`
      insert into private.delivery_lanes (lane, failures_in_a_row, first_failed_at)
      values ('https://well.test', 0, null), ('https://ill.test', 3, now())`;
    await moveClock(sql, 91 * 86_400);

    await sql`select deleted from private.prune_deliveries('', private.clock() - interval '90 days', 10)`;

    const left = await sql`select status from public.webhook_deliveries`;
    assert.deepEqual(left.map(({ status }) => status), ["pending"]);
    const lanes = await sql`select lane from private.delivery_lanes`;
    assert.equal(lanes.length, 0);
  }),
);

Deno.test(
  "prune_deliveries leaves lanes that something still waits for",
  onDatabase(async (given) => {
    const { sql } = given;
    await queueTo(sql, "source:a");
    await recordAll(given, await claimAll(given), BUSY);
    await moveClock(sql, 91 * 86_400);
    const prune = () =>
      sql`select deleted from private.prune_deliveries('', private.clock() - interval '90 days', 10)`;

    await prune();
    assert.equal((await sql`select from private.delivery_lanes`).length, 1);
    await sql`update public.webhook_deliveries set status = 'dead'`;
    await prune();
    assert.equal((await sql`select from private.delivery_lanes`).length, 0);
  }),
);

Deno.test(
  "prune_deliveries leaves a batch for as long as what travels in it stays",
  onDatabase(async (given) => {
    const { sql, db } = given;
    const { id } = await anEndpoint(given, { batch_size: 4, batch_ms: 60_000 });
    const projectId = await aFilm(given, { callback_url: null });
    await recordAll(given, await claimAll(given), BUSY);
    await setEndpointEnabled(db, id, { isEnabled: false, reason: null });
    await moveClock(sql, 91 * 86_400);
    await sql`update public.projects set updated_at = private.clock()`;
    const prune = () =>
      sql`select deleted from private.prune_deliveries('', private.clock() - interval '90 days', 10)`;

    await prune();
    assert.equal((await statusesOf(sql, id)).at(-1), "batch skipped");
    assert.deepEqual(await brokenInvariants(sql), []);

    await moveClock(sql, 182 * 86_400);
    await prune();
    await prune();
    assert.deepEqual(await statusesOf(sql, id), []);
    assert.equal(
      (await sql`select from public.projects where project_id = ${projectId}`).length,
      1,
    );
  }),
);

Deno.test(
  "a delivery has a project, or is a custom source's",
  onDatabase(async ({ sql }) => {
    for (const endpoint of [null, "notification", "src:crm"]) {
      await assert.rejects(
        sql`insert into public.webhook_deliveries (endpoint_id, type, url, body)
          values (${endpoint}, 'x', 'https://desk.test', '{}')`,
        { constraint_name: "delivery_is_a_films_or_a_sources" },
      );
    }
  }),
);
