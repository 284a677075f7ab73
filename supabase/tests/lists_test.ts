import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { listCallbacks, pageCallbacks } from "../functions/_shared/management/callbacks.ts";
import { listDeliveries } from "../functions/_shared/management/deliveries.ts";
import { listEndpoints } from "../functions/_shared/management/endpoints.ts";
import { listErrors } from "../functions/_shared/management/figures.ts";
import { anEndpoint } from "./endpoints.ts";
import { onDatabase } from "./given.ts";
import { rowsRead } from "./rows_read.ts";

const MANY = 5000;

Deno.test(
  "list_callbacks and page_callbacks go through no log for a source that has sent nothing",
  onDatabase(async ({ sql, openSession }) => {
    await sql`
      insert into public.webhook_logs (webhook_id, source, type, status, outcome, raw_body)
      select 'w' || n, 'fal', 'generation.completed', 'success', 'applied', ''
      from generate_series(1, ${MANY}::integer) as n`;
    await sql`vacuum analyze public.webhook_logs`;
    const { db, sql: own } = await openSession();

    const before = await rowsRead(sql, own);
    assert.deepEqual(await listCallbacks(db, { source: "video", status: null }), []);
    assert.deepEqual(await listCallbacks(db, { source: "custom", status: null }), []);
    assert.deepEqual(await listCallbacks(db, { source: null, status: "error" }), []);
    const bounds = { before: null, limit: 50 };
    assert.deepEqual((await pageCallbacks(db, { source: "custom" }, bounds)).docs, []);
    const read = await rowsRead(sql, own) - before;

    assert(read < 200, `four lists without a row read ${read} rows`);
  }),
);

Deno.test(
  "list_deliveries goes through no log for a film or an endpoint that has none",
  onDatabase(async ({ sql, openSession, aProject }) => {
    await insertDelivered(sql, await aProject(), "ep_of_others");
    const { db, sql: own } = await openSession();

    const before = await rowsRead(sql, own);
    assert.deepEqual(await listDeliveries(db, { endpoint_id: "ep_none" }, 50), []);
    assert.deepEqual(await listDeliveries(db, { project_id: "proj_none" }, 50), []);
    assert.deepEqual(await listDeliveries(db, { status: "dead" }, 50), []);
    const read = await rowsRead(sql, own) - before;

    assert(read < 200, `three lists without a row read ${read} rows`);
  }),
);

async function insertDelivered(sql: Sql, project: string, endpoint: string): Promise<void> {
  await sql`
    insert into public.webhook_deliveries (
      project_id, endpoint_id, type, url, body, status, attempt_count, delivered_at
    )
    select ${project}, ${endpoint}, 'scene.completed', 'https://x.test', '{}', 'delivered', 1, private.clock()
    from generate_series(1, ${MANY}::integer)`;
  await sql`vacuum analyze public.webhook_deliveries`;
}

Deno.test(
  "list_errors goes through no log for a type that has not happened",
  onDatabase(async ({ sql, openSession }) => {
    await sql`
      insert into public.error_logs (type, message)
      select 'step', 'It broke' from generate_series(1, ${MANY}::integer)`;
    await sql`vacuum analyze public.error_logs`;
    const { db, sql: own } = await openSession();

    const before = await rowsRead(sql, own);
    assert.deepEqual(await listErrors(db, { type: "spending", limit: 50 }), []);
    const read = await rowsRead(sql, own) - before;

    assert(read < 200, `a list without a row reads ${read} rows`);
  }),
);

Deno.test(
  "list_endpoints counts what is open up to ten thousand, and no further",
  onDatabase(async (given) => {
    const { db, sql, aProject } = given;
    const { id } = await anEndpoint(given);
    const project = await aProject();
    const open = async () => (await listEndpoints(db, { endpointId: id }))[0]?.open;
    const insertOpen = (count: number) =>
      sql`
        insert into public.webhook_deliveries (project_id, endpoint_id, type, url, body)
        select ${project}, ${id}, 'scene.completed', 'https://desk.test/hook', '{}'
        from generate_series(1, ${count}::integer)`;

    await insertOpen(3);
    assert.equal(await open(), 3);
    await insertOpen(10_500);

    assert.equal(await open(), 10_000);
  }),
);
