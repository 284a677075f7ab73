import assert from "node:assert/strict";
import { z } from "zod";
import { setVaultSecret } from "../../local/postgres/migrations.ts";
import { type FilmStack, onStack } from "./film_stack.ts";

/*
 * What docs/callbacks.md walks through by curl.
 */

const MANY = 1000;
const CLIP = "https://v3b.fal.media/files/b/output.mp4";
const Doc = z.looseObject({
  webhook_log_id: z.string(),
  status: z.string(),
  outcome: z.string().nullable(),
  error: z.string().nullable(),
  received_at: z.string(),
});
const Docs = z.object({ docs: z.array(Doc) });
const Range = z.object({
  matched: z.number(),
  replayed: z.number(),
  outcomes: z.record(z.string(), z.number()),
  remaining: z.number(),
  next: z.string().nullable(),
});

async function manage(stack: FilmStack, path: string, body?: unknown) {
  const answer = await fetch(`${stack.apiUrl}/functions/v1/webhook-manage${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { apikey: stack.env.OPERATOR_KEY ?? "" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json() };
}

async function listed(stack: FilmStack, query: string) {
  return Docs.parse((await manage(stack, `?${query}`)).body).docs;
}

/** Posts `{"n": n}` as the source `crm`. */
async function deal(stack: FilmStack, n: number): Promise<number> {
  const answer = await fetch(`${stack.apiUrl}/functions/v1/webhook/crm`, {
    method: "POST",
    headers: { authorization: "Bearer s3cret" },
    body: JSON.stringify({ n }),
  });
  await answer.body?.cancel();
  return answer.status;
}

Deno.test(
  "a callback for a request that nobody knows waits, applies itself, and is a duplicate then",
  onStack(async (stack) => {
    const request_id = crypto.randomUUID();
    const body = { request_id, status: "COMPLETED", response: { video: { url: CLIP } } };
    const sent = await stack.post("/fal-webhook", body, { secret: "FAL_WEBHOOK_SECRET" });
    assert.deepEqual(sent, {
      status: 200,
      body: { success: true, outcome: "buffered", chunk_updated: false },
    });
    const [waiting] = await listed(stack, "source=fal&status=pending");
    assert.equal(waiting?.outcome, "buffered");
    const replay = `/logs/${waiting?.webhook_log_id}/replay`;
    assert.equal((await manage(stack, replay, {})).body.outcome, "buffered", "still nobody's");

    await stack.sql.begin(async (sql) => {
      await sql`set local role service_role`;
      await sql`
        insert into public.video_chunks (request_id, prompt, status)
        values (${request_id}, 'A wave', 'SUBMITTED')`;
    });

    const [chunk] = await stack.sql`
      select status, kling_video_url from public.video_chunks where request_id = ${request_id}`;
    assert.deepEqual(chunk, { status: "COMPLETED", kling_video_url: CLIP });
    const [applied] = await listed(stack, "source=fal&status=success");
    assert.deepEqual(
      [applied?.webhook_log_id, applied?.outcome],
      [waiting?.webhook_log_id, "applied"],
    );
    const again = await manage(stack, replay, {});
    assert.deepEqual([again.status, again.body.was, again.body.outcome], [
      200,
      "success",
      "duplicate",
    ]);
    // Its older form says of whatever did not apply that it failed.
    const older = await manage(stack, "", { webhookLogId: waiting?.webhook_log_id });
    assert.deepEqual(older, {
      status: 500,
      body: { error: "Retry failed", outcome: "duplicate" },
    });
  }),
);

Deno.test(
  "a range of 1,000 that a handler raised at is counted, mended, and replayed once each",
  onStack(async (stack) => {
    const { sql } = stack;
    await sql.unsafe(`
      create table handlers.deals (n integer primary key);
      create function handlers.note_deal(p_webhook_log_id text) returns void language plpgsql as $$
        begin
          raise exception 'The handler is broken';
        end;
      $$;`);
    await setVaultSecret(sql, "crm", "s3cret");
    await manage(stack, "/sources/crm", {
      scheme: "bearer",
      secret_in: "vault",
      secret_name: "crm",
      handler_kind: "function",
      handler_target: "note_deal",
    });
    assert.equal(await deal(stack, -1), 500);
    const [early] = await listed(stack, "source=crm&status=error");
    for (let n = 0; n < MANY; n += 10) {
      const statuses = await Promise.all(
        Array.from({ length: 10 }, (_, i) => deal(stack, n + i)),
      );
      assert.ok(statuses.every((status) => status === 500));
    }
    const [bounds] = await sql`
      select to_json(min(received_at)) as first from public.webhook_logs
      where webhook_log_id > ${early?.webhook_log_id ?? ""}`;
    const range = {
      source: "crm",
      from: bounds?.first,
      to: new Date(Date.now() + 60_000).toISOString(),
    };
    const replay = async (more: Record<string, unknown>) => {
      const { status, body } = await manage(stack, "/replay", { ...range, ...more });
      assert.equal(status, 200, JSON.stringify(body));
      return Range.parse(body);
    };

    const { matched, replayed } = await replay({ dry_run: true });
    assert.deepEqual([matched, replayed], [MANY, 0]);
    const broken = await replay({ limit: 3 });
    assert.deepEqual([broken.outcomes, broken.remaining], [{ error: 3 }, MANY - 3]);

    await sql.unsafe(`
      create or replace function handlers.note_deal(p_webhook_log_id text) returns void
      language sql as $$
        insert into handlers.deals
        select (data ->> 'n')::integer from public.webhook_logs
        where webhook_log_id = p_webhook_log_id;
      $$;`);
    const first = await replay({ limit: 400 });
    assert.deepEqual([first.outcomes, first.remaining], [{ applied: 400 }, MANY - 400]);
    const rest = await replay({ limit: 1000, after: first.next });
    assert.deepEqual(rest, {
      matched: MANY - 400,
      replayed: MANY - 400,
      outcomes: { applied: MANY - 400 },
      remaining: 0,
      next: null,
    });

    assert.equal((await replay({})).matched, 0, "a replay that is repeated finds nothing to do");
    const [deals] = await sql`select count(*)::int as n, min(n) as least from handlers.deals`;
    assert.deepEqual(deals, { n: MANY, least: 0 });
    const [left] = await listed(stack, "source=crm&status=error");
    assert.equal(
      left?.webhook_log_id,
      early?.webhook_log_id,
      "what came before the range is as it was",
    );
    assert.equal(await deal(stack, 7), 200);
    assert.equal((await sql`select from handlers.deals`).length, MANY);
    assert.deepEqual([...await sql`select * from private.check_invariants()`], []);
  }),
);
