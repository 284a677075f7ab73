import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { listCallbacks, replayCallback } from "../functions/_shared/management/callbacks.ts";
import {
  putWebhookSource,
  removeWebhookSource,
  type SourceChanges,
} from "../functions/_shared/management/sources.ts";
import {
  readWebhookSources,
  receiveSourceCallback,
} from "../functions/_shared/transitions/sources.ts";
import { BUSY, claimAll, OK, recordAll } from "./endpoints.ts";
import { type Given, onDatabase } from "./given.ts";
import { brokenInvariants, errorsOf, only } from "./look.ts";
import { claimDeliveries } from "./verbs.ts";

const BODY = '{"event":"deal.won"}';

async function aSource({ db }: Given, changes: SourceChanges = {}): Promise<void> {
  await putWebhookSource(db, "crm", { scheme: "hmac", secret_name: "CRM_SECRET", ...changes });
}

async function receive({ db }: Given, delivery_id = "d1", body = BODY) {
  const source = only(await readWebhookSources(db));
  const text = body.replace("\ufeff", "");
  const data = text.startsWith("{") ? JSON.parse(text) : null;
  return await receiveSourceCallback(db, {
    source: "crm",
    delivery_id,
    token: null,
    type: "deal.won",
    headers: {},
    raw_body: Buffer.from(body).toString("base64"),
    data,
  }, source);
}

/** A handler that notes what it was called with, and raises while `is_broken`. */
async function onHandler({ sql }: Given, test: () => Promise<void>): Promise<void> {
  await sql.unsafe(`
    create table handlers.calls (webhook_log_id text, source text, is_broken boolean);
    create function handlers.note_deal(p_webhook_log_id text) returns void language plpgsql as $$
    begin
      insert into handlers.calls
      select webhook_log_id, source from public.webhook_logs where webhook_log_id = p_webhook_log_id;
      if exists (select from handlers.calls where is_broken) then raise exception 'No such deal'; end if;
    end;
    $$;`);
  try {
    await test();
  } finally {
    await sql.unsafe(`drop function handlers.note_deal; drop table handlers.calls;`);
  }
}

Deno.test(
  "apply_to_source records what has no handler, once for each delivery",
  onDatabase(async (given) => {
    await aSource(given);

    assert.equal((await receive(given))?.outcome, "applied");
    assert.equal((await receive(given))?.outcome, "duplicate");
    assert.equal((await receive(given, "d2"))?.outcome, "applied");

    const docs = await listCallbacks(given.db, { source: "custom", status: "success" });
    assert.deepEqual(docs.map(({ source, webhook_id, type }) => [source, webhook_id, type]), [
      ["crm", "d2", "deal.won"],
      ["crm", "d1", "deal.won"],
    ]);
    assert.deepEqual(await brokenInvariants(given.sql), []);
  }),
);

Deno.test(
  "what waits to be passed on goes to the URL that its source names today, and as before once there is no source",
  onDatabase(async (given) => {
    const { sql, db } = given;
    const target = (handler_target: string) =>
      ({ handler_kind: "delivery", handler_target }) as const;
    await aSource(given, target("https://wrong.example.com/"));
    for (const id of ["d1", "d2"]) await receive(given, id);
    const url = async () => (await claimAll(given, 1))[0]?.url;

    await putWebhookSource(db, "crm", target("https://right.example.com/"));
    assert.equal(await url(), "https://right.example.com/");
    await removeWebhookSource(db, "crm");

    assert.equal(await url(), "https://wrong.example.com/");
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "where a source's URL was mended, what waits for it is held by no failures of the old one, nor of others at its host",
  onDatabase(async (given) => {
    const { sql, db } = given;
    const target = (handler_target: string) =>
      ({ handler_kind: "delivery", handler_target }) as const;
    await aSource(given, target("https://wrong.example.com/"));
    for (let n = 0; n < 8; n++) await receive(given, `d${n}`);
    await recordAll(given, await claimAll(given, 5), BUSY);
    assert.deepEqual(await claimAll(given), [], "held");

    await putWebhookSource(db, "crm", { rate_limit: 5 });
    assert.deepEqual(await claimAll(given), [], "still held");
    await putWebhookSource(db, "crm", target("https://right.example.com/"));

    const works = await claimAll(given);
    assert.ok(works.length >= 3, `${works.length}`);
    assert.ok(works.every(({ url }) => url === "https://right.example.com/"));
    await recordAll(given, works, OK);
    await sql`
      insert into private.delivery_lanes (lane, failures_in_a_row, first_failed_at, held_until)
      values ('https://wrong.example.com', 5, private.clock(), private.clock() + interval '5 minutes')`;
    // Tries of those that failed come at random moments.
    await sql`update public.webhook_deliveries set due_at = now() + interval '1 day' where status = 'pending'`;
    await receive(given, "later");
    assert.equal((await claimAll(given)).length, 1);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a handler and a delivery read numbers with all their digits",
  onDatabase(async (given) => {
    const target = {
      handler_kind: "delivery",
      handler_target: "https://desk.example.com/",
    } as const;
    await aSource(given, target);
    await receive(given, "d1", '\ufeff{"id":12345678901234567890,"price":1.10}');
    await receive(given, "d2", '{"id":"\\u0000","id":7}');

    const logs = await given.sql`
      select data ->> 'id' as id from public.webhook_logs order by webhook_log_id`;
    assert.deepEqual(logs.map(({ id }) => id), ["12345678901234567890", "7"]);
    const [first] = await given.sql`select body from public.webhook_deliveries order by position`;
    assert.match(first?.body, /"body": \{"id": 12345678901234567890, "price": 1.10\}/);
  }),
);

Deno.test(
  "apply_to_source calls the handler in the transaction of the record",
  onDatabase(async (given) => {
    await onHandler(given, async () => {
      await aSource(given, { handler_kind: "function", handler_target: "note_deal" });

      const received = await receive(given);

      assert.equal(received?.outcome, "applied");
      assert.deepEqual([...await given.sql`select webhook_log_id, source from handlers.calls`], [
        { webhook_log_id: received?.webhook_log_id, source: "crm" },
      ]);
      assert.equal((await receive(given))?.outcome, "duplicate");
      assert.equal((await given.sql`select from handlers.calls`).length, 1);
    });
  }),
);

Deno.test(
  "apply_to_source: what a handler raises stands as error, undone; the next delivery is processed",
  onDatabase(async (given) => {
    const { sql, db } = given;
    await onHandler(given, async () => {
      await aSource(given, { handler_kind: "function", handler_target: "note_deal" });
      await sql`insert into handlers.calls (is_broken) values (true)`;

      const first = await receive(given);
      assert.equal(first?.outcome, "error");
      assert.deepEqual(await errorsOf(sql, "webhook"), ["Cannot process callback: No such deal"]);
      assert.equal(
        (await sql`select from handlers.calls where not coalesce(is_broken, false)`).length,
        0,
      );
      await sql`delete from handlers.calls`;

      assert.equal((await receive(given))?.outcome, "applied");
      const replayed = await replayCallback(db, first?.webhook_log_id ?? "");
      assert.equal(replayed.outcome, "duplicate", "it came again and has a row of its own");
      assert.equal((await sql`select from handlers.calls`).length, 1);
    });
  }),
);

Deno.test(
  "apply_to_source applies once what is replayed after its handler was mended",
  onDatabase(async (given) => {
    const { sql, db } = given;
    await onHandler(given, async () => {
      await aSource(given, { handler_kind: "function", handler_target: "note_deal" });
      await sql`insert into handlers.calls (is_broken) values (true)`;
      const id = (await receive(given))?.webhook_log_id ?? "";
      assert.equal((await replayCallback(db, id)).outcome, "error");
      await sql`delete from handlers.calls`;

      assert.equal((await replayCallback(db, id)).outcome, "applied");
      assert.equal((await replayCallback(db, id)).outcome, "duplicate");
      assert.equal((await receive(given))?.outcome, "duplicate");
      assert.equal((await sql`select from handlers.calls`).length, 1);
      assert.deepEqual(await brokenInvariants(sql), []);
    });
  }),
);

Deno.test(
  "apply_to_source passes a callback on to the URL of its source, as a delivery without a project",
  onDatabase(async (given) => {
    const handler_target = "https://desk.test/hooks?key=k";
    await aSource(given, { handler_kind: "delivery", handler_target });

    const received = await receive(given);
    await receive(given);

    const delivery = only(await claimDeliveries(given.db));
    assert.deepEqual(
      [delivery.endpoint_id, delivery.url, delivery.headers],
      ["source:crm", handler_target, {}],
    );
    const { type, data } = JSON.parse(delivery.body);
    assert.equal(type, "webhook.received");
    assert.deepEqual(data, {
      source: "crm",
      webhook_log_id: received?.webhook_log_id,
      id: "d1",
      type: "deal.won",
      body: { event: "deal.won" },
      raw_body: null,
    });
    assert.deepEqual(await brokenInvariants(given.sql), []);
  }),
);

Deno.test(
  "apply_to_source passes a body that is no JSON on as its bytes",
  onDatabase(async (given) => {
    await aSource(given, { handler_kind: "delivery", handler_target: "https://desk.test" });

    await receive(given, "d1", "a=1&b=2");

    const { data } = JSON.parse(only(await claimDeliveries(given.db)).body);
    assert.deepEqual([data.body, atob(data.raw_body)], [null, "a=1&b=2"]);
  }),
);

Deno.test(
  "apply_to_source: a callback whose source is gone stands as unknown when it is replayed",
  onDatabase(async (given) => {
    const { sql, db } = given;
    await onHandler(given, async () => {
      await aSource(given, { handler_kind: "function", handler_target: "note_deal" });
      await sql`insert into handlers.calls (is_broken) values (true)`;
      const id = (await receive(given))?.webhook_log_id ?? "";
      await removeWebhookSource(db, "crm");

      const replayed = await replayCallback(db, id);

      assert.deepEqual([replayed.outcome, replayed.status], ["unknown", "error"]);
      assert.equal(replayed.error, 'There is no source "crm" any more');
    });
  }),
);
