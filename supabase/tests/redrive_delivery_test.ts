import assert from "node:assert/strict";
import { recordDelivery } from "../functions/_shared/transitions.ts";
import { onDatabase } from "./given.ts";
import { only } from "./look.ts";
import { claimDeliveries, complete } from "./verbs.ts";

const GONE = {
  status_code: 410,
  error: null,
  duration_ms: 1,
  response_excerpt: null,
  retry_after: null,
};

Deno.test(
  "redrive_delivery sends a dead delivery once more, under the same webhook-id",
  onDatabase(async ({ db, sql, aFilmToStore }) => {
    await complete(db, await aFilmToStore());
    const first = only(await claimDeliveries(db));
    await recordDelivery(db, first, GONE);
    assert.deepEqual(await claimDeliveries(db), []);

    await sql`select public.redrive_delivery(${first.delivery_id})`;

    const second = only(await claimDeliveries(db));
    assert.deepEqual([second.webhook_id, second.body], [first.webhook_id, first.body]);
    assert.equal(await recordDelivery(db, second, { ...GONE, status_code: 200 }), "applied");
    assert.equal(only(await sql`select status from public.webhook_deliveries`).status, "delivered");
  }),
);

Deno.test(
  "redrive_delivery refuses one that is being sent or was delivered, and an unknown one",
  onDatabase(async ({ db, sql, aFilmToStore }) => {
    await complete(db, await aFilmToStore());
    const work = only(await claimDeliveries(db));
    const redrive = async (id: string) => {
      await sql`select public.redrive_delivery(${id})`;
    };

    await assert.rejects(() => redrive(work.delivery_id), { code: "RL409" });
    await recordDelivery(db, work, { ...GONE, status_code: 200 });
    await assert.rejects(() => redrive(work.delivery_id), { code: "RL409" });
    await assert.rejects(() => redrive("dlv_x"), { code: "RL404" });
  }),
);
