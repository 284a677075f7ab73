import type { TransactionSql } from "postgres";
import { type QueuedRequest, type RecordedResponse, sendRequest } from "./net_request.ts";

/** From waking to sending, so that a commit is heard of after about 45 ms, as measured. */
const START_DELAY_S = 0.04;
/** How often a worker that waits for answers notices that it was cancelled. */
const INTERRUPT_CHECK_S = 0.02;

/**
 * One round of the worker, in one transaction: expires old responses, takes at most
 * pg_net.batch_size requests off the queue, sends them all, waits for every one, records the
 * responses.
 *
 * @param signal stops waiting; the round then fails and rolls back.
 * @returns whether there was anything to do.
 */
export async function runBatch(
  sql: TransactionSql,
  { fetch, signal }: { fetch: typeof globalThis.fetch; signal: AbortSignal },
): Promise<boolean> {
  const [settings] = await sql<{ size: number; ttl: string }[]>`
    select
      coalesce(nullif(current_setting('pg_net.batch_size', true), ''), '200')::integer as size,
      coalesce(nullif(current_setting('pg_net.ttl', true), ''), '6 hours') as ttl`;
  const { size = 200, ttl = "6 hours" } = settings ?? {};
  const expired = await expireResponses(sql, ttl, size);
  const requests = await takeRequests(sql, size);
  if (requests.length === 0) return expired > 0;

  await sql`select pg_sleep(${START_DELAY_S})`;
  let open = requests.length;
  const sending = Promise.all(requests.map(async (request) => {
    const response = await sendRequest(request, { fetch, signal });
    open--;
    return response;
  }));
  while (open > 0) {
    // On the connection, so that pg_cancel_backend strikes here, as it does the original.
    await sql`select pg_sleep(${INTERRUPT_CHECK_S})`;
    if (signal.aborted) throw new Error("stopped while requests were open");
  }
  await recordResponses(sql, await sending);
  return true;
}

async function expireResponses(sql: TransactionSql, ttl: string, size: number): Promise<number> {
  const { count } = await sql`
    delete from net._http_response
    where ctid = any(array(
      select ctid
      from net._http_response
      where created < now() - ${ttl}::interval
      order by created
      limit ${size}
    ))`;
  return count;
}

async function takeRequests(sql: TransactionSql, size: number): Promise<QueuedRequest[]> {
  const requests = await sql<QueuedRequest[]>`
    with taken as (
      delete from net.http_request_queue
      where id in (select id from net.http_request_queue order by id limit ${size})
      returning id, method, url, headers, body, timeout_milliseconds
    )
    select
      id, method, url, body, timeout_milliseconds,
      (select jsonb_object_agg(key, value) from jsonb_each_text(headers)) as headers
    from taken
    order by id`;
  return [...requests];
}

async function recordResponses(
  sql: TransactionSql,
  responses: RecordedResponse[],
): Promise<void> {
  await sql`
    insert into net._http_response
      (id, status_code, content_type, headers, content, timed_out, error_msg)
    select *
    from jsonb_to_recordset(${JSON.stringify(responses)}::text::jsonb) as response (
      id bigint, status_code integer, content_type text, headers jsonb, content text,
      timed_out boolean, error_msg text
    )`;
}
