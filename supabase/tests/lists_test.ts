import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { listDeliveries, pageDeliveries } from "../functions/_shared/management/deliveries.ts";
import { pageEndpoints } from "../functions/_shared/management/endpoints.ts";
import { anEndpoint } from "./endpoints.ts";
import { onDatabase } from "./given.ts";
import { only } from "./look.ts";
import { readFor, rowsRead } from "./rows_read.ts";

const MANY = 5000;

/** Rows read through indexes for lists that find nothing. */
async function readForNothing(sql: Sql, session: Sql, lists: string[]): Promise<number> {
  const before = await rowsRead(sql, session);
  for (const list of lists) {
    const { found } = only(await session.unsafe(`select public.${list} as found`));
    assert.deepEqual(found.docs ?? found, [], list);
  }
  return await rowsRead(sql, session) - before;
}

Deno.test(
  "list_projects looks for words among ten thousand films a page, and for an id among all",
  onDatabase(async ({ sql, openSession, aProject }) => {
    const oldest = await aProject();
    await sql`
      update public.projects set prompt = 'A needle', status = 'cancelled', completed_at = private.clock()
      where project_id = ${oldest}`;
    await sql`
      insert into public.projects (video_id, user_id, prompt, idempotency_key, status, completed_at)
      select 'v' || n, 'u', 'Hay', 'k' || n, 'cancelled', private.clock()
      from generate_series(1, 24_000) as n`;
    await sql`vacuum analyze public.projects`;
    const { sql: own } = await openSession();
    const list = (filter: unknown, before: string | null = null) =>
      `select public.list_projects('${JSON.stringify(filter)}', ${
        before === null ? null : `'${before}'`
      }) as found`;
    const find = async (...asked: Parameters<typeof list>) =>
      only(await own.unsafe(list(...asked))).found;

    for (
      const [filter, most] of [
        [{ search: "needle" }, 10_200],
        [{ search: "needle", statuses: ["cancelled"] }, 10_200],
        [{ search: "needle", user_id: "nobody" }, 200],
        [{ search: "hay" }, 200],
        [{ search: oldest }, 200],
        [{}, 200],
      ] as const
    ) {
      const rows = await readFor(sql, own, "projects", list(filter));
      assert(rows <= most, `${JSON.stringify(filter)} read ${rows} rows`);
    }

    const found: string[] = [];
    let pages = 0;
    for (let before: string | null = null; pages === 0 || before !== null; pages++) {
      const page: { docs: { project_id: string }[]; next: string | null } = await find(
        { search: "needle" },
        before,
      );
      found.push(...page.docs.map(({ project_id }) => project_id));
      before = page.next;
    }
    assert.deepEqual([found, pages], [[oldest], 3]);
    const { docs, next } = await find({ search: oldest });
    assert.deepEqual([docs[0].project_id, docs.length, next], [oldest, 1, null]);
  }),
);

Deno.test(
  "list_callbacks and page_callbacks go through no log for a source that has sent nothing",
  onDatabase(async ({ sql, openSession }) => {
    await sql`
      insert into public.webhook_logs (webhook_id, source, type, status, outcome, raw_body)
      select 'w' || n, 'fal', 'generation.completed', 'success', 'applied', ''
      from generate_series(1, ${MANY}::integer) as n`;
    await sql`vacuum analyze public.webhook_logs`;
    const { sql: own } = await openSession();

    const read = await readForNothing(sql, own, [
      "list_callbacks('video', null)",
      "list_callbacks('custom', null)",
      "list_callbacks(null, 'error')",
      `page_callbacks('{"source": "custom"}')`,
    ]);

    assert(read < 200, `four lists without a row read ${read} rows`);
  }),
);

Deno.test(
  "list_deliveries goes through no log for a film or an endpoint that has none",
  onDatabase(async ({ sql, openSession, aProject }) => {
    await sql`
      insert into public.webhook_deliveries (
        project_id, endpoint_id, type, url, body, status, attempt_count, delivered_at
      )
      select ${await aProject()}, 'ep_of_others', 'scene.completed', 'https://x.test', '{}', 'delivered', 1,
        private.clock()
      from generate_series(1, ${MANY}::integer)`;
    await sql`vacuum analyze public.webhook_deliveries`;
    const { sql: own } = await openSession();

    const read = await readForNothing(sql, own, [
      `list_deliveries('{"endpoint_id": "ep_none"}')`,
      `list_deliveries('{"project_id": "proj_none"}')`,
      `list_deliveries('{"status": "dead"}')`,
    ]);

    assert(read < 200, `three lists without a row read ${read} rows`);
  }),
);

Deno.test(
  "page_deliveries looks for a type among ten thousand a page, and list_deliveries until it has enough",
  onDatabase(async ({ sql, db, openSession, aProject }) => {
    await sql`
      insert into public.webhook_deliveries (delivery_id, project_id, type, url, body, status, delivered_at)
      select 'dlv_' || lpad(n::text, 5, '0'), ${await aProject()},
        case when n in (1, 9000) then 'scene.failed' else 'scene.completed' end, 'https://x.test', '{}',
        'delivered', private.clock()
      from generate_series(1, 24_000) as n`;
    await sql`vacuum analyze public.webhook_deliveries`;
    const { sql: own } = await openSession();
    const filter = { type: "scene.failed" };

    const page = `select public.page_deliveries('${JSON.stringify(filter)}')`;
    const rows = await readFor(sql, own, "webhook_deliveries", page);
    assert(rows <= 10_200, `a page read ${rows} rows`);
    const found: string[][] = [];
    for (let before: string | null = null; found.length === 0 || before !== null;) {
      const { docs, next } = await pageDeliveries(db, filter, { before, limit: 50 });
      found.push(docs.map(({ delivery_id }) => `${delivery_id}`));
      before = next;
    }
    assert.deepEqual(found, [[], ["dlv_09000"], ["dlv_00001"]]);

    const listed = async (limit: number) =>
      (await listDeliveries(db, filter, limit)).map(({ delivery_id }) => delivery_id);
    assert.deepEqual(await listed(1), ["dlv_09000"]);
    assert.deepEqual(await listed(50), ["dlv_09000", "dlv_00001"]);
  }),
);

Deno.test(
  "list_errors goes through no log for a type that has not happened",
  onDatabase(async ({ sql, openSession }) => {
    await sql`
      insert into public.error_logs (type, message)
      select 'step', 'It broke' from generate_series(1, ${MANY}::integer)`;
    await sql`vacuum analyze public.error_logs`;
    const { sql: own } = await openSession();

    const read = await readForNothing(sql, own, ["list_errors('spending')"]);

    assert(read < 200, `a list without a row reads ${read} rows`);
  }),
);

Deno.test(
  "list_endpoints counts what is open up to ten thousand, and no further",
  onDatabase(async (given) => {
    const { sql, aProject } = given;
    const { id } = await anEndpoint(given);
    const project = await aProject();
    const open = async () => {
      const { listed } = only(await sql`select public.list_endpoints(null, ${id}) as listed`);
      return listed[0].open;
    };
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

Deno.test(
  "page_endpoints goes through all endpoints page by page, and reads no more than a page",
  onDatabase(async ({ sql, db, openSession }) => {
    const made = await sql`
      insert into private.endpoints (user_id, url)
      select 'user-' || n % 10, 'https://desk.test/hook' from generate_series(1, ${MANY}::integer) as n
      returning endpoint_id, user_id`;
    await sql`vacuum analyze private.endpoints`;
    const { sql: own } = await openSession();

    for (const limit of [1, 100]) {
      const page = `select public.page_endpoints(null, 'ep_', ${limit})`;
      const rows = await readFor(sql, own, "endpoints", page);
      assert(rows <= limit, `a page of ${limit} read ${rows} rows`);
    }
    const found: string[] = [];
    for (let after: string | null = null; found.length === 0 || after !== null;) {
      const page = await pageEndpoints(db, { userId: "user-7", after, limit: 300 });
      found.push(...page.docs.map(({ endpoint_id }) => endpoint_id));
      after = page.next;
    }
    const theirs = made.filter(({ user_id }) => user_id === "user-7");
    assert.deepEqual(found, theirs.map(({ endpoint_id }) => endpoint_id).toSorted());
  }),
);

Deno.test(
  "each filter among many rows is found by an index, not by reading the table",
  onDatabase(async ({ sql, openSession }) => {
    await sql`
      insert into public.webhook_logs (webhook_id, source, type, status, outcome, request_id, raw_body)
      select 'w' || n, 'fal', 'generation.completed', 'success',
        case when n % 5000 = 0 then 'unknown' else 'applied' end, 'r' || n, ''::bytea
      from generate_series(1, 20000) as n`;
    await sql`analyze public.webhook_logs`;
    const { sql: own } = await openSession();

    for (
      const filter of [{}, { outcome: "unknown" }, { status: "error" }, { source: "video" }, {
        request_id: "r77",
      }]
    ) {
      const page = `select public.page_callbacks('${JSON.stringify(filter)}', null, 50)`;
      const rows = await readFor(sql, own, "webhook_logs", page);
      assert(rows < 200, `${JSON.stringify(filter)} read ${rows} rows`);
    }
  }),
);
