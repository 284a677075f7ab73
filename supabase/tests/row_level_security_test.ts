import assert from "node:assert/strict";
import { onDatabase } from "./given.ts";
import { asRole } from "./roles.ts";
import { callback, claim, claimDeliveries, complete, submit } from "./verbs.ts";

const ANNE = "6c1f4f7e-0000-4000-8000-00000000000a";
const BERT = "6c1f4f7e-0000-4000-8000-00000000000b";
const TABLES = ["projects", "scenes", "video_chunks", "media"];

Deno.test(
  "row level security: a user reads exactly the rows of their own projects",
  onDatabase(async ({ sql, aFilmToStore, openSession }) => {
    const own = (await aFilmToStore({ user_id: ANNE, scenes: ["last_frame", "last_frame"] }))
      .project_id;
    await aFilmToStore({ user_id: BERT });
    await (await openSession()).sql`insert into public.video_chunks (request_id) values ('r')`;

    for (const table of TABLES) {
      const all = await sql`select from ${sql(table)} where project_id = ${own}`;
      const seen = await asRole(sql, "authenticated", ANNE, (as) => as`select * from ${as(table)}`);
      assert(all.length > 0, table);
      assert.equal(seen.length, all.length, table);
      assert(seen.every(({ project_id }) => project_id === own), table);
    }
  }),
);

Deno.test(
  "row level security: nobody without a user id sees a row, and anon may not even ask",
  onDatabase(async ({ sql, aFilmToStore }) => {
    await aFilmToStore({ user_id: ANNE });

    for (const table of TABLES) {
      const seen = await asRole(sql, "authenticated", null, (as) => as`select * from ${as(table)}`);
      assert.deepEqual(seen, [], table);
      await assert.rejects(
        () => asRole(sql, "anon", null, (as) => as`select * from ${as(table)}`),
        { code: "42501" },
        table,
      );
    }
  }),
);

Deno.test(
  "row level security: a user may ask for no other table",
  onDatabase(async ({ sql }) => {
    const others = await sql<{ name: string }[]>`
      select relnamespace::regnamespace::text || '.' || relname as name from pg_class
      where relnamespace::regnamespace::text in ('public', 'private') and relkind in ('r', 'p', 'v')
        and not (relnamespace = 'public'::regnamespace and relname = any (${TABLES}))`;
    assert(others.length >= 10);

    for (const { name } of others) {
      const ask = () =>
        asRole(sql, "authenticated", ANNE, (as) => as.unsafe(`select * from ${name}`));
      await assert.rejects(ask, { code: "42501" }, name);
    }
  }),
);

Deno.test(
  "row level security: no header value, token or key stands in a readable table",
  onDatabase(async ({ db, sql, aProject }) => {
    const secret = "header-value-of-the-client";
    await aProject({ user_id: ANNE, webhook_headers: { "X-Secret": secret } });
    const secrets = [secret];
    for (;;) {
      const works = await claim(db);
      if (works.length === 0) break;
      for (const work of works) {
        secrets.push(work.claim_token, work.attempt.attempt_token.split(".")[1] ?? "");
        if (work.step === "store_film") await complete(db, work);
        else {
          await submit(db, work);
          await callback(db, work);
        }
      }
    }
    const [key] =
      await sql`select value #>> '{}' as key from private.settings where name = 'token_key'`;
    secrets.push(key?.key);
    assert(secrets.length >= 8);
    await claimDeliveries(db);

    const readable = [
      ...TABLES,
      "webhook_logs",
      "webhook_delivery_attempts",
      "pipeline_events",
      "error_logs",
    ];
    for (const table of readable) {
      const text = JSON.stringify(await sql`select * from ${sql(table)}`);
      assert.deepEqual(secrets.filter((each) => text.includes(each)), [], table);
    }
  }),
);
