import assert from "node:assert/strict";
import { pageCallbacks } from "../functions/_shared/management/callbacks.ts";
import { browseDelivery, pageDeliveries } from "../functions/_shared/management/deliveries.ts";
import type { Page } from "../functions/_shared/management/facts.ts";
import {
  pageErrors,
  readBoard,
  readErrorSeries,
  readOverview,
  readQueue,
} from "../functions/_shared/management/figures.ts";
import { listProjects } from "../functions/_shared/management/films.ts";
import { onDatabase } from "./given.ts";

const ALL = { before: null, limit: 50 };
const field = (page: Page, name: string) => page.docs.map((doc) => doc[name]);

/** Follows `next` to the end; the sizes of the pages, and the ids in order. */
async function walk(load: (before: string | null) => Promise<Page>, id: string) {
  const sizes: number[] = [];
  const ids: unknown[] = [];
  for (let before: string | null = null;;) {
    const page: Page = await load(before);
    sizes.push(page.docs.length);
    ids.push(...field(page, id));
    if (page.next === null) return { sizes, ids };
    before = page.next;
  }
}

Deno.test(
  "list_projects goes through all films by pages, newest first, none twice and none left out",
  onDatabase(async ({ db, aProject }) => {
    const made: string[] = [];
    for (let i = 0; i < 5; i++) made.push(await aProject());

    const { sizes, ids } = await walk(
      (before) => listProjects(db, {}, { before, limit: 2 }),
      "project_id",
    );

    assert.deepEqual(sizes, [2, 2, 1]);
    assert.deepEqual(ids, made.toReversed());
  }),
);

Deno.test(
  "list_projects filters by statuses, by user, and by an id or a part of the prompt in any case",
  onDatabase(async ({ db, sql, aProject }) => {
    const [boat, kettle] = [await aProject(), await aProject()];
    await sql`
      update public.projects set status = 'failed', error_message = 'No', prompt = 'A paper BOAT',
        user_id = 'ada' where project_id = ${boat}`;
    const found = async (filter: Parameters<typeof listProjects>[1]) =>
      field(await listProjects(db, filter, ALL), "project_id");

    assert.deepEqual(await found({ statuses: ["failed"] }), [boat]);
    assert.deepEqual(await found({ statuses: ["failed", "queued"] }), [kettle, boat]);
    assert.deepEqual(await found({ user_id: "ada" }), [boat]);
    assert.deepEqual(await found({ search: "r boat" }), [boat]);
    assert.deepEqual(await found({ search: kettle }), [kettle]);
    assert.deepEqual(await found({ search: "%" }), []);
  }),
);

Deno.test(
  "a film's card tells scene by scene how far it is, and what it cost",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    await sql`
      insert into private.prices (model, kind, usd_per_call, as_of, source)
      values ('fal-ai/some-model', 'generate_clip', 0.35, current_date, 'a test')`;
    const { project_id } = await aSubmittedClip();
    await sql`update public.video_chunks set progress = 40 where project_id = ${project_id}
      and status = 'SUBMITTED'`;

    const [card] = (await listProjects(db, {}, ALL)).docs;

    assert.equal(card?.usd, 0.35);
    const scenes: Record<string, unknown>[] = JSON.parse(JSON.stringify(card?.scenes));
    assert.deepEqual([scenes[0]?.position, scenes[0]?.status, scenes[0]?.progress], [
      1,
      "generating",
      40,
    ]);
  }),
);

Deno.test(
  "page_callbacks filters and goes on where the page before ended; bodies are left out",
  onDatabase(async ({ db, sql }) => {
    await sql`
      insert into public.webhook_logs (webhook_id, source, type, status, outcome, request_id, raw_body, data)
      select 'w' || n, case when n % 3 = 0 then 'video' else 'fal' end, 'generation.completed',
        case when n = 5 then 'error' else 'success' end, case when n <> 5 then 'applied' end,
        'r' || n, ''::bytea, '{"big": true}'
      from generate_series(1, 7) as n order by n`;

    const { sizes } = await walk(
      (before) => pageCallbacks(db, {}, { before, limit: 3 }),
      "webhook_log_id",
    );
    const broken = await pageCallbacks(db, { status: "error" }, ALL);
    const ofVideo = await pageCallbacks(db, { source: "video" }, ALL);
    const one = await pageCallbacks(db, { request_id: "r4", outcome: "applied" }, ALL);

    assert.deepEqual(sizes, [3, 3, 1]);
    assert.deepEqual(field(broken, "webhook_id"), ["w5"]);
    assert.deepEqual([broken.docs[0]?.data, broken.docs[0]?.is_malformed], [undefined, true]);
    assert.deepEqual(field(ofVideo, "webhook_id").toSorted(), ["w3", "w6"]);
    assert.deepEqual(field(one, "webhook_id"), ["w4"]);
    await assert.rejects(pageCallbacks(db, { source: "nobody" }, ALL), { code: "RL400" });
  }),
);

Deno.test(
  "deliveries are paged without their bodies, one is read with body and tries, no secret in either",
  onDatabase(async ({ db, sql, aProject }) => {
    const projectId = await aProject();
    const [{ delivery_id } = { delivery_id: "" }] = await sql<{ delivery_id: string }[]>`
      insert into public.webhook_deliveries (project_id, type, url, body, status)
      values (${projectId}, 't', 'https://a.example/x?key=secret', '{"a":1}', 'dead')
      returning delivery_id`;
    await sql`insert into public.webhook_delivery_attempts (delivery_id, number, status_code)
      values (${delivery_id}, 1, 500)`;

    const page = await pageDeliveries(db, { status: "dead", project_id: projectId }, ALL);
    const one = await browseDelivery(db, delivery_id);

    assert.deepEqual(field(page, "delivery_id"), [delivery_id]);
    assert.equal(page.docs[0]?.body, undefined);
    assert.equal(one?.body, '{"a":1}');
    assert.equal(Array.isArray(one?.tries) && one.tries.length, 1);
    assert(!JSON.stringify([page, one]).includes("secret"));
    assert.deepEqual((await pageDeliveries(db, { status: "delivered" }, ALL)).docs, []);
    assert.equal(await browseDelivery(db, "dlv_0"), null);
  }),
);

Deno.test(
  "errors are paged by type and severity, and counted by the time at which they came",
  onDatabase(async ({ db, sql }) => {
    await sql`
      insert into public.error_logs (type, severity, message, created_at)
      select type, severity, 'It broke', private.clock() - minutes * interval '1 minute'
      from (values ('webhook', 'error', 1), ('step', 'warning', 59), ('step', 'error', 61))
        as given (type, severity, minutes)`;

    const { sizes } = await walk((before) => pageErrors(db, {}, { before, limit: 2 }), "type");
    const steps = await pageErrors(db, { type: "step", severity: "error" }, ALL);
    const series = await readErrorSeries(db, { seconds: 3600, buckets: 6 });

    assert.deepEqual(sizes, [2, 1]);
    assert.equal(steps.docs.length, 1);
    assert.equal(series.bucket_s, 600);
    const buckets: { by_type: Record<string, number> }[] = JSON.parse(
      JSON.stringify(series.buckets),
    );
    assert.deepEqual(buckets.map(({ by_type }) => by_type), [
      { step: 1 },
      {},
      {},
      {},
      {},
      { webhook: 1 },
    ]);
  }),
);

Deno.test(
  "read_board puts each film into the column of its status, and the figures beside them",
  onDatabase(async ({ db, sql, aProject, aSubmittedClip }) => {
    const waiting = await aProject();
    const { project_id: generating } = await aSubmittedClip();
    const failed = await aProject();
    await sql`update public.projects set status = 'failed', error_message = 'No'
      where project_id = ${failed}`;

    const { columns, overview }: {
      columns: Record<string, Page>;
      overview: Record<string, unknown>;
    } = JSON.parse(JSON.stringify(await readBoard(db, 10)));

    const ids = Object.entries(columns).map(([name, page]) => [name, field(page, "project_id")]);
    assert.deepEqual(Object.fromEntries(ids), {
      waiting: [waiting],
      generating: [generating],
      stitching: [],
      attention: [failed],
      completed: [],
    });
    assert.deepEqual(overview.by_status, { queued: 1, generating: 1, failed: 1 });
  }),
);

Deno.test(
  "the overview and the queue say what waits for somebody",
  onDatabase(async ({ db, sql, aProject }) => {
    const projectId = await aProject();
    await sql`update private.providers set is_paused = true where name = '*'`;
    await sql`insert into public.error_logs (type, message) values ('webhook', 'It broke')`;

    const overview = await readOverview(db);
    const queue = await readQueue(db);

    assert.deepEqual(
      [overview.is_paused, overview.by_status, overview.errors_last_hour],
      [true, { queued: 1 }, 1],
    );
    const { depth, stuck, broken }: Record<string, Record<string, unknown>[]> = JSON.parse(
      JSON.stringify(queue),
    );
    assert.deepEqual(depth?.map(({ what, status }) => [what, status]), [[
      "generate_clip",
      "queued",
    ]]);
    assert.deepEqual(stuck?.map(({ what }) => what), ["provider paused"]);
    assert.deepEqual(broken, []);

    await sql`delete from private.steps where project_id = ${projectId}`;
    await sql`select private.note_invariants()`;
    const worse: { broken: { id: string }[] } = JSON.parse(JSON.stringify(await readQueue(db)));
    assert.deepEqual(worse.broken.map(({ id }) => id), [projectId]);
  }),
);
