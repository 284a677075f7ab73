import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { startStack } from "../../local/stack.ts";
import { examine } from "../../tools/doctor.ts";
import { PROJECT_ROOT } from "../../tools/project_root.ts";

Deno.test("doctor finds a fresh stack well, and says what somebody breaks in it", async () => {
  await using stack = await startStack({ apiPort: 0, dbPort: 0 });
  await untilSwept(stack.sql);
  async function report(functionsUrl = `${stack.apiUrl}/functions/v1`) {
    const lines: string[] = [];
    const isWell = await examine({
      db: stack.dbUrl,
      functionsUrl,
      drift: false,
      root: PROJECT_ROOT,
      get: (name) => stack.env[name],
      fetch,
      now: Date.now,
    }, (line) => lines.push(line));
    return { isWell, text: lines.join("\n") };
  }

  const well = await report();
  assert(well.isWell, well.text);
  assert.match(well.text, /\nok +The runner answers a bell with 202\n/);
  assert.match(well.text, /All is well\.$/);

  await stack.sql`delete from storage.buckets`;
  const broken = await report(`${stack.apiUrl}/nowhere`);
  assert(!broken.isWell);
  assert.match(broken.text, /\nmissing +Bucket films\n/);
  assert.match(broken.text, /\nwrong +Door webhook answers a GET with 404\n/);

  await stack.cluster.stop();
  const away = await report();
  assert.match(
    away.text,
    /\nmissing +Database postgres@127\.0\.0\.1:\d+\/postgres cannot be reached/,
  );
  assert.match(away.text, /\nok +CALLBACK_SIGNING_SECRET\n/, "the rest is examined all the same");
});

/** Each round waits a little in the database. */
async function untilSwept(sql: Sql): Promise<void> {
  for (;;) {
    const runs = await sql`
      select from cron.job_run_details, pg_sleep(0.1) where status = 'succeeded'`;
    if (runs.length > 0) return;
  }
}
