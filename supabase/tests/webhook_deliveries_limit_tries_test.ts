import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { redriveDelivery } from "../functions/_shared/management/deliveries.ts";
import { onDatabase } from "./given.ts";
import { only } from "./look.ts";
import { fail } from "./verbs.ts";

/** Fails a delivery's n-th try as the runner's verb does, whatever the schedule says; or loses it. */
async function failTry(sql: Sql, tries: number, { lost = false } = {}): Promise<string> {
  await sql`
    update public.webhook_deliveries
    set status = 'delivering', claim_token = gen_random_uuid(), attempt_count = ${tries}`;
  if (!lost) {
    await sql`
      insert into public.webhook_delivery_attempts (delivery_id, number, status_code)
      select delivery_id, attempt_count, 503 from public.webhook_deliveries`;
  }
  const rows = await sql<{ status: string }[]>`
    update public.webhook_deliveries set status = 'pending', claim_token = null returning status`;
  return only(rows).status;
}

Deno.test(
  "limit_tries ends a delivery after as many tries as its job asked for",
  onDatabase(async ({ sql, db, aClaimedClip }) => {
    await fail(
      db,
      await aClaimedClip({ via: "videos", metadata: { webhook_retry: { max_attempts: 2 } } }),
    );

    assert.equal(await failTry(sql, 1), "pending");
    assert.equal(await failTry(sql, 2, { lost: true }), "pending", "it may not have been sent");
    assert.equal(await failTry(sql, 2), "dead");
  }),
);

Deno.test(
  "limit_tries reads a number as it was written",
  onDatabase(async ({ sql, db, aClaimedClip }) => {
    const request = '{"webhook_retry":{"max_attempts":2.0}}';
    const metadata = { webhook_retry: { max_attempts: 2 } };
    await fail(db, await aClaimedClip({ via: "videos", metadata, request }));

    assert.equal(await failTry(sql, 1), "pending");
    assert.equal(await failTry(sql, 2), "dead");
  }),
);

Deno.test(
  "limit_tries gives a delivery that is redriven as many tries again",
  onDatabase(async ({ sql, db, aClaimedClip }) => {
    const webhook_retry = { max_attempts: 2 };
    await fail(db, await aClaimedClip({ via: "videos", metadata: { webhook_retry } }));
    await failTry(sql, 1);
    assert.equal(await failTry(sql, 2), "dead");
    const [row] = await sql`select delivery_id from public.webhook_deliveries`;

    await redriveDelivery(db, row?.delivery_id);

    assert.equal(await failTry(sql, 3), "pending");
    assert.equal(await failTry(sql, 4), "dead");
  }),
);

Deno.test(
  "limit_tries leaves the schedule to jobs that asked for nothing, or came through another door",
  onDatabase(async ({ sql, db, aClaimedClip }) => {
    await fail(db, await aClaimedClip({ via: "videos" }));
    assert.equal(await failTry(sql, 3), "pending");

    await sql`delete from public.projects`;
    const webhook_retry = { max_attempts: "never mind" };
    await fail(db, await aClaimedClip({ video_id: "video-2", metadata: { webhook_retry } }));
    assert.equal(await failTry(sql, 3), "pending");
  }),
);
