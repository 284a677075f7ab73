import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { z } from "zod";
import { setVaultSecret } from "../../local/postgres/migrations.ts";
import type { ChatCallback } from "../../local/simulators/chat_app.ts";
import { type FilmStack, onStack } from "./film_stack.ts";

const BODY = JSON.stringify({ event: { id: "evt_1", type: "deal.won" }, amount: 7 });
const Passed = z.object({
  type: z.literal("webhook.received"),
  data: z.looseObject({ source: z.string(), id: z.string(), type: z.string() }),
});
const Replayed = z.looseObject({ webhook_log_id: z.string() });

async function manage(stack: FilmStack, method: string, path: string, body?: unknown) {
  const answer = await fetch(`${stack.apiUrl}/functions/v1/webhook-manage${path}`, {
    method,
    headers: { apikey: stack.env.OPERATOR_KEY ?? "" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json() };
}

async function send(stack: FilmStack, name: string, headers: Record<string, string>, body = BODY) {
  const answer = await fetch(`${stack.apiUrl}/functions/v1/webhook/${name}`, {
    method: "POST",
    headers,
    body,
  });
  return { status: answer.status, body: await answer.json() };
}

function stripe(secret: string, body = BODY, at = Math.floor(Date.now() / 1000)) {
  const signature = createHmac("sha256", secret).update(`${at}.${body}`).digest("hex");
  return { "stripe-signature": `t=${at},v1=${signature}` };
}

const RECEIVED = { status: 200, body: { received: true, outcome: "applied" } };
const DUPLICATE = { status: 200, body: { received: true, outcome: "duplicate" } };
const NOT_FOUND = { status: 404, body: { error: "Not found" } };

Deno.test(
  "a custom source works from the moment that its row is there, until it is disabled",
  onStack(async (stack) => {
    const secret = "whsec_of_the_shop";
    assert.deepEqual(await send(stack, "shop", stripe(secret)), NOT_FOUND);

    await setVaultSecret(stack.sql, "shop", secret);
    const put = await manage(stack, "POST", "/sources/shop", {
      scheme: "stripe",
      secret_in: "vault",
      secret_name: "shop",
      id_path: "event.id",
      type_path: "event.type",
    });
    assert.deepEqual([put.status, put.body.is_configured], [200, true], JSON.stringify(put.body));

    assert.deepEqual(await send(stack, "shop", stripe(secret)), RECEIVED);
    assert.deepEqual(await send(stack, "shop", stripe(secret)), DUPLICATE);
    assert.equal((await send(stack, "shop", stripe("whsec_other"))).status, 401);
    assert.equal((await send(stack, "shop", stripe(secret, BODY, 1_700_000_000))).status, 401);

    await setVaultSecret(stack.sql, "shop", `whsec_new,${secret}`);
    const second = BODY.replace("evt_1", "evt_2");
    assert.deepEqual(await send(stack, "shop", stripe("whsec_new", second), second), RECEIVED);

    await manage(stack, "POST", "/sources/shop", { is_enabled: false });
    assert.deepEqual(await send(stack, "shop", stripe(secret)), NOT_FOUND);
    const rows = await stack.sql`
      select source, webhook_id, type, status from public.webhook_logs order by received_at`;
    assert.deepEqual(
      [...rows],
      ["evt_1", "evt_2"].map((webhook_id) => ({
        source: "shop",
        webhook_id,
        type: "deal.won",
        status: "success",
      })),
    );
  }),
);

Deno.test(
  "a handler that raises is answered with 500, is mended, and applied once by a replay",
  onStack(async (stack) => {
    const { sql } = stack;
    await sql.unsafe(`
      create table handlers.deals (amount numeric check (amount < 0));
      create function handlers.note_deal(p_webhook_log_id text) returns void language sql as $$
        insert into handlers.deals
        select (data ->> 'amount')::numeric from public.webhook_logs
        where webhook_log_id = p_webhook_log_id;
      $$;`);
    await setVaultSecret(sql, "crm", "s3cret");
    await manage(stack, "POST", "/sources/crm", {
      scheme: "bearer",
      secret_in: "vault",
      secret_name: "crm",
      handler_kind: "function",
      handler_target: "note_deal",
    });
    const bearer = { authorization: "Bearer s3cret" };

    assert.equal((await send(stack, "crm", bearer)).status, 500);
    const [doc] = (await manage(stack, "GET", "?source=custom&status=error")).body.docs;
    assert.match(doc.error, /violates check constraint/);
    await sql`alter table handlers.deals drop constraint deals_amount_check`;
    const again = { webhookLogId: Replayed.parse(doc).webhook_log_id };

    assert.equal((await manage(stack, "POST", "", again)).body.success, true);
    assert.equal((await sql`select amount from handlers.deals`).length, 1);
    assert.deepEqual(await send(stack, "crm", bearer), DUPLICATE);
    assert.deepEqual([...await sql`select * from private.check_invariants()`], []);
  }),
);

Deno.test(
  "what a custom source sends is passed on to a URL, signed as every delivery is",
  onStack(async (stack) => {
    await setVaultSecret(stack.sql, "desk", "s3cret");
    await manage(stack, "POST", "/sources/desk", {
      scheme: "token",
      header: "x-desk-token",
      secret_in: "vault",
      secret_name: "desk",
      id_path: "event.id",
      handler_kind: "delivery",
      handler_target: stack.chat.callbackUrl,
    });

    assert.deepEqual(await send(stack, "desk", { "x-desk-token": "s3cret" }), RECEIVED);

    const isPassed = ({ body }: ChatCallback) => Passed.safeParse(body).success;
    const callback = await stack.chat.next(isPassed, AbortSignal.timeout(90_000));
    assert.equal(callback.verified, true);
    assert.deepEqual(Passed.parse(callback.body).data, {
      source: "desk",
      webhook_log_id: Passed.parse(callback.body).data.webhook_log_id,
      id: "evt_1",
      type: "webhook.received",
      body: JSON.parse(BODY),
      raw_body: null,
    });
    await stack.settled();
    assert.deepEqual([...await stack.sql`select * from private.check_invariants()`], []);
  }),
);
