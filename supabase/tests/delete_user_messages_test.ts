import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { deleteEndpoint, testEndpoint } from "../functions/_shared/management/endpoints.ts";
import { anEndpoint, claimAll, statusesOf } from "./endpoints.ts";
import { onDatabase } from "./given.ts";
import { brokenInvariants, only } from "./look.ts";
import { readFor } from "./rows_read.ts";
import { outliveLeases } from "./verbs.ts";

Deno.test(
  "delete_user_data deletes messages to endpoints before films, page by page, and sends none meanwhile",
  onDatabase(async (given) => {
    const { sql, aProject } = given;
    await anEndpoint(given);
    const { id } = await anEndpoint(given, { batch_size: 10 });
    const project = await aProject({ callback_url: null });
    await sql`
      insert into public.webhook_deliveries (project_id, endpoint_id, type, url, body)
      select ${project}, ${id}, 'scene.completed', 'https://desk.test/hook', '{}'
      from generate_series(1, 120)`;
    const works = await claimAll(given, 5);
    assert.equal(works[0]?.endpoint_id, id);
    const left = async () => (await sql`select from public.webhook_deliveries`).length;
    const before = await left();

    const first = await deleteSome(sql);
    assert.deepEqual([first.done, first.projects, first.cancelled], [false, 0, 1]);
    assert.ok(before - await left() <= 60, `${before - await left()} deleted`);
    assert.deepEqual(await claimAll(given), []);
    assert.deepEqual(await brokenInvariants(sql), []);

    let calls = 1;
    while (!(await deleteSome(sql)).done) calls++;
    assert.ok(calls < 6, `${calls} calls`);
    assert.deepEqual([await left(), (await sql`select from private.endpoints`).length], [0, 0]);
  }),
);

Deno.test(
  "an endpoint's tests go with it, however much was sent to it since: they name no film by which their user is found",
  onDatabase(async (given) => {
    const { sql, db, openSession, aProject } = given;
    const { id } = await anEndpoint(given, { events: [] });
    await testEndpoint(db, id);
    await sql`
      insert into public.webhook_deliveries (project_id, endpoint_id, type, url, body, status)
      select ${await aProject({
      callback_url: null,
    })}, ${id}, 'scene.completed', 'https://desk.test/hook', '{}', 'filtered'
      from generate_series(1, 10001)`;
    await sql`vacuum analyze public.webhook_deliveries`;
    const { sql: own } = await openSession();
    await own`reset role`;

    const read = await readFor(
      sql,
      own,
      "webhook_deliveries",
      `select public.delete_endpoint('${id}')`,
    );

    assert(read < 100, `it reads ${read} deliveries`);
    while (!(await deleteSome(sql)).done);
    assert.deepEqual(await statusesOf(sql, id), []);
  }),
);

Deno.test(
  "delete_user_data finds the batches to an endpoint that was deleted before, one film after the other",
  onDatabase(async (given) => {
    const { sql, db, aProject } = given;
    const { id } = await anEndpoint(given, { batch_size: 2, events: ["scene.started"] });
    for (const video_id of ["1", "2"]) {
      await sql`
        insert into public.webhook_deliveries (project_id, endpoint_id, type, url, body)
        values (${await aProject({
        video_id,
        callback_url: null,
      })}, ${id}, 'scene.started', 'https://desk.test', '{}')`;
    }
    assert.equal((await claimAll(given)).length, 1);
    await outliveLeases(sql);

    await deleteEndpoint(db, id);
    await claimAll(given);
    assert.deepEqual(await statusesOf(sql, id), [
      "scene.started batched",
      "scene.started batched",
      "batch skipped",
    ]);

    assert.equal((await deleteSome(sql)).done, false);
    assert.deepEqual(await brokenInvariants(sql), []);
    assert.equal((await deleteSome(sql)).done, true);
    assert.deepEqual(await statusesOf(sql, id), []);
  }),
);

Deno.test(
  "delete_user_data deletes as many batches a call as films, before any film: each may hold a hundred others' events",
  onDatabase(async (given) => {
    const { sql, db, aProject } = given;
    const { id } = await anEndpoint(given, { batch_size: 2, events: ["scene.started"] });
    const project = await aProject({ callback_url: null });
    await sql`
      insert into public.webhook_deliveries (project_id, endpoint_id, type, url, body)
      select ${project}, ${id}, 'scene.started', 'https://desk.test', '{}' from generate_series(1, 10)`;
    await claimAll(given);
    await deleteEndpoint(db, id);
    const batches = async () =>
      (await sql`select from public.webhook_deliveries where type = 'batch'`).length;
    assert.equal(await batches(), 5);

    assert.deepEqual([(await deleteSome(sql)).projects, await batches()], [0, 3]);

    while (!(await deleteSome(sql)).done);
    assert.equal(await batches(), 0);
  }),
);

/** Of one film a call, and of fifty messages. */
async function deleteSome(
  sql: Sql,
): Promise<{ done: boolean; projects: number; cancelled: number }> {
  return only(await sql`select public.delete_user_data('user-1', 1) as deleted`).deleted;
}
