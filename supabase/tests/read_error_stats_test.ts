import assert from "node:assert/strict";
import { listErrors, readErrorStats } from "../functions/_shared/management/figures.ts";
import { type Given, onDatabase } from "./given.ts";

async function someErrors({ sql }: Given) {
  await sql`
    insert into public.error_logs (type, severity, message, created_at)
    select type, severity, message, private.clock() - minutes * interval '1 minute'
    from (values
      ('webhook', 'error', 'It broke', 1),
      ('webhook', 'error', 'It broke', 2),
      ('step', 'warning', 'Lease', 61),
      ('delivery', 'error', 'HTTP 500', 1439),
      ('delivery', 'error', 'Long ago', 1441)
    ) as given (type, severity, message, minutes)`;
}

Deno.test(
  "read_error_stats counts the last hour and day by type and severity, and what comes most often",
  onDatabase(async (given) => {
    await someErrors(given);

    const { most_frequent, ...counts } = await readErrorStats(given.db);

    assert.deepEqual(counts, {
      total: 5,
      last_24h: 4,
      last_hour: 2,
      by_type: { webhook: 2, step: 1, delivery: 1 },
      by_severity: { error: 3, warning: 1 },
    });
    const often: { message: string; count: number }[] = JSON.parse(JSON.stringify(most_frequent));
    assert.deepEqual(often.map(({ message, count }) => [message, count]), [
      ["It broke", 2],
      ["Lease", 1],
      ["HTTP 500", 1],
    ]);
  }),
);

Deno.test(
  "read_error_stats of nothing counts nothing",
  onDatabase(async ({ db }) => {
    assert.deepEqual(await readErrorStats(db), {
      total: 0,
      last_24h: 0,
      last_hour: 0,
      by_type: {},
      by_severity: {},
      most_frequent: [],
    });
  }),
);

Deno.test(
  "list_errors shows the last ones first, of a type or of all, as many as asked for",
  onDatabase(async (given) => {
    await someErrors(given);
    const messages = async (type: string | null, limit: number) =>
      (await listErrors(given.db, { type, limit })).map(({ message }) => message);

    assert.deepEqual(await messages(null, 3), ["Long ago", "HTTP 500", "Lease"]);
    assert.deepEqual(await messages("webhook", 50), ["It broke", "It broke"]);
    assert.deepEqual(await messages("nothing", 50), []);
  }),
);
