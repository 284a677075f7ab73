import assert from "node:assert/strict";
import { connectSturdily } from "./sturdy_sql.ts";
import { testDatabase } from "./testing.ts";

Deno.test("a transaction whose connection is cut fails, what is asked next is answered", async () => {
  const database = await testDatabase();
  const sql = connectSturdily(database.url, { max: 1 });
  try {
    for (let round = 0; round < 3; round++) {
      const cut = sql.begin(async (transaction) => {
        const [{ pid } = {}] = await transaction`select pg_backend_pid() as pid`;
        await database.sql`select pg_terminate_backend(${pid})`;
        await transaction`select 1`.catch(() => {});
        await transaction`select 2`.catch(() => {});
        await transaction`select 3`;
      });
      await assert.rejects(cut, /lost|terminating|CONNECTION/);
      assert.deepEqual([...await sql`select ${round}::int as n`], [{ n: round }]);
    }
  } finally {
    await sql.end({ timeout: 1 });
    await database.close();
  }
});
