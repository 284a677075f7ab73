import assert from "node:assert/strict";
import {
  listCallbacks,
  replayableCallbacks,
  type ReplayFilter,
} from "../functions/_shared/management/callbacks.ts";
import { Time } from "../functions/webhook-manage/desk.ts";
import { refusalOf } from "./drive.ts";
import { type Given, onDatabase } from "./given.ts";

const ALL = { source: null, status: "error", from: null, to: null } as const;

/** Seven callbacks, a day between each; every one is named by its number. */
async function aLog({ sql }: Given) {
  await sql`
    insert into public.webhook_logs (
      webhook_log_id, webhook_id, source, type, status, outcome, is_token_wrong, raw_body, result, received_at
    )
    select 'whlog_' || n, 'msg-' || n, source, 'task.completed', status, outcome, is_wrong, '', result::jsonb,
      '2026-01-01'::timestamptz + n * interval '1 day'
    from (values
      (1, 'fal', 'error', null, false, '{}'),
      (2, 'video', 'error', null, false, '{}'),
      (3, 'fal', 'error', null, false, null),
      (4, 'fal', 'error', 'unknown', true, '{}'),
      (5, 'fal', 'success', 'applied', false, '{}'),
      (6, 'fal', 'pending', 'buffered', false, '{}'),
      (7, 'billing', 'error', null, false, null)
    ) as given (n, source, status, outcome, is_wrong, result)`;
}

Deno.test(
  "replayable_callbacks leaves out what cannot be applied: malformed, foreign, done",
  onDatabase(async (given) => {
    await aLog(given);
    const find = async (filter: Partial<ReplayFilter>) =>
      (await replayableCallbacks(given.db, { ...ALL, ...filter }, { after: null, limit: 10 })).ids;

    assert.deepEqual(await find({}), ["whlog_1", "whlog_2", "whlog_7"]);
    assert.deepEqual(await find({ status: "pending" }), ["whlog_6"]);
    assert.deepEqual(await find({ source: "fal" }), ["whlog_1"]);
    assert.deepEqual(await find({ source: "custom" }), ["whlog_7"]);
    assert.deepEqual(await find({ from: "2026-01-03T00:00:00Z" }), ["whlog_2", "whlog_7"]);
    assert.deepEqual(await find({ to: "2026-01-02T00:00:00Z" }), ["whlog_1"]);
  }),
);

Deno.test(
  "replayable_callbacks pages from the oldest on, and counts what is left",
  onDatabase(async (given) => {
    await aLog(given);

    const first = await replayableCallbacks(given.db, ALL, { after: null, limit: 2 });
    const second = await replayableCallbacks(given.db, ALL, { after: "whlog_2", limit: 2 });
    const none = await replayableCallbacks(given.db, ALL, { after: "whlog_7", limit: 2 });

    assert.deepEqual(first, { matched: 3, ids: ["whlog_1", "whlog_2"] });
    assert.deepEqual(second, { matched: 1, ids: ["whlog_7"] });
    assert.deepEqual(none, { matched: 0, ids: [] });
  }),
);

Deno.test(
  "list_callbacks shows the newest first, by source and status; custom is every source of one's own",
  onDatabase(async (given) => {
    await aLog(given);
    const list = async (source: string | null, status: string | null) =>
      (await listCallbacks(given.db, { source, status })).map((doc) => doc.webhook_log_id);

    assert.deepEqual(await list(null, null), [7, 6, 5, 4, 3, 2, 1].map((n) => `whlog_${n}`));
    assert.deepEqual(await list("custom", null), ["whlog_7"]);
    assert.deepEqual(await list("fal", "error"), ["whlog_4", "whlog_3", "whlog_1"]);
    assert.deepEqual(await list("video", "success"), []);
  }),
);

Deno.test(
  "a filter by a source that nobody knows is refused; one that was added, or has a log, is known",
  onDatabase(async (given) => {
    const { db, sql } = given;
    await aLog(given);
    const bounds = { after: null, limit: 10 };
    const list = (source: string) => listCallbacks(db, { source, status: null });
    const find = (source: string) => replayableCallbacks(db, { ...ALL, source }, bounds);
    const sentence = 'RL400 Cannot find callbacks: there is no source "crm"';

    assert.equal(await refusalOf(list("crm")), sentence);
    assert.equal(await refusalOf(find("crm")), sentence);
    await sql`
      insert into private.webhook_sources (name, scheme, secret_name)
      values ('crm', 'hmac', 'CRM_SECRET')`;
    try {
      assert.deepEqual(await list("crm"), []);
      assert.deepEqual((await find("crm")).ids, []);
    } finally {
      await sql`delete from private.webhook_sources`;
    }

    assert.equal((await list("billing")).length, 1, "its source was removed");
    assert.deepEqual((await find("billing")).ids, ["whlog_7"]);
  }),
);

Deno.test(
  "list_callbacks answers fifty, without bytes, headers and what is too large for a list",
  onDatabase(async ({ db, sql }) => {
    await sql`
      insert into public.webhook_logs (webhook_id, source, type, status, headers, raw_body, data)
      select 'msg-' || n, 'fal', 'task.completed', 'error', '{"user-agent": "x"}', 'abc',
        jsonb_build_object('n', n, 'noise', case n
          when 51 then (select string_agg(md5(random()::text), '') from generate_series(1, 5000))
          -- Large as well, though next to nothing once it is compressed
          when 50 then repeat('a', 100000)
          else 'little'
        end)
      from generate_series(1, 51) as n`;

    const docs = await listCallbacks(db, { source: null, status: null });

    assert.equal(docs.length, 50);
    for (const doc of docs) {
      assert(!("raw_body" in doc) && !("headers" in doc));
      assert.equal(doc.data === null, ["msg-50", "msg-51"].includes(`${doc.webhook_id}`));
    }
  }),
);

Deno.test(
  "Postgres reads each time that the door takes, and none of those that it refuses",
  onDatabase(async ({ sql }) => {
    const times = [
      "0001-01-01T00:00:00+15:59",
      "9999-12-31T23:59:59-15:59",
      `2026-01-01T00:00:00.${"1".repeat(43)}Z`,
      "0000-01-01T00:00:00Z",
      "2026-01-01T00:00:00+16:00",
      "2026-01-01T00:00:00-23:00",
      `2026-01-01T00:00:00.${"1".repeat(200)}Z`,
    ];
    const isRead = (time: string) =>
      sql`select ${time}::text::timestamptz`.then(() => true, () => false);

    for (const time of times) {
      assert.equal(await isRead(time), Time.safeParse(time).success, time);
    }
  }),
);
