import assert from "node:assert/strict";
import { onDeliveries } from "./delivery_stack.ts";

Deno.test(
  "one dead endpoint among a hundred delays no other",
  onDeliveries(async (stack) => {
    const { receiver, until, sql } = stack;
    // It takes connections and says nothing.
    const dead = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    try {
      await sql`
        insert into private.endpoints (endpoint_id, user_id, url)
        select 'ep_' || n, 'anne', case n when 1 then ${`http://127.0.0.1:${dead.addr.port}/`} else ${receiver.url} end
        from generate_series(1, 100) as n`;
      await sql`
        insert into private.endpoint_secrets (endpoint_id, secret)
        select 'ep_' || n, 'whsec_' || encode(extensions.gen_random_bytes(32), 'base64') from generate_series(1, 100) as n`;
      await sql`
        insert into public.webhook_deliveries (endpoint_id, type, url, body)
        select 'ep_' || n, 'endpoint.test', 'https://not.used', '{}' from generate_series(1, 100) as n, generate_series(1, 10)
        order by n`;

      await until("the others have theirs", () => receiver.arrived.length === 99 * 10);
      const [row] = await sql`
        select count(*)::int as n
        from public.webhook_deliveries
        where endpoint_id = 'ep_1' and status in ('pending', 'delivering')`;
      // Whether one hangs right now depends on how long the others took.
      assert.equal(row?.n, 10);
    } finally {
      dead.close();
    }
  }),
);
