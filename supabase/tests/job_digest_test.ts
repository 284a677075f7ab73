import assert from "node:assert/strict";
import type { JSONValue, Sql } from "postgres";
import { onDatabase } from "./given.ts";

Deno.test(
  "job_digest does not count what differs between two sendings of one job",
  onDatabase(async ({ sql }) => {
    const plain = await digest(sql, { prompt: "sea" });

    for (const name of ["idempotency_key", "request_timestamp", "webhookUrl", "executionMode"]) {
      assert.equal(await digest(sql, { prompt: "sea", [name]: "x" }), plain, name);
    }
    assert.notEqual(await digest(sql, { prompt: "sea", chat_id: "x" }), plain);
    assert.notEqual(await digest(sql, { prompt: "sea", webhook_url: "x" }), plain);
  }),
);

Deno.test(
  "job_digest counts a field of the same name deeper down",
  onDatabase(async ({ sql }) => {
    assert.notEqual(
      await digest(sql, { scenes: [{ idempotency_key: "a" }] }),
      await digest(sql, { scenes: [{ idempotency_key: "b" }] }),
    );
  }),
);

Deno.test(
  "job_digest takes null as absent, and tells numbers apart that are equal to a double",
  onDatabase(async ({ sql }) => {
    assert.equal(await digest(sql, { a: 1, b: null }), await digest(sql, { a: 1 }));
    assert.equal(
      await digest(sql, '{"a": 1.0, "b": null}'),
      await digest(sql, '{"b":null,"a":1.0}'),
    );
    assert.notEqual(
      await digest(sql, '{"chat_id": 9007199254740992}'),
      await digest(sql, '{"chat_id": 9007199254740993}'),
    );
  }),
);

async function digest(sql: Sql, request: JSONValue): Promise<string> {
  const [row] = await sql<{ digest: string }[]>`
    select private.job_digest(jsonb_build_object('request', ${
    sql.json(request)
  }::jsonb)) as digest`;
  return row?.digest ?? "";
}
