import assert from "node:assert/strict";
import { z } from "zod";
import { readMetrics } from "../functions/_shared/management/figures.ts";
import { recordAnswer } from "../functions/_shared/transitions/steps.ts";
import { aFilm } from "./drive.ts";
import { onDatabase } from "./given.ts";
import { claim, moveClock } from "./verbs.ts";

const Span = z.looseObject({ p50: z.number().nullable(), p95: z.number().nullable() });
const Metrics = z.object({
  callbacks: z.record(
    z.string(),
    z.object({
      count: z.number(),
      by_outcome: z.record(z.string(), z.number()),
      repeated_deliveries: z.number(),
      success_rate: z.number().nullable(),
      duration_ms: Span,
    }),
  ),
  deliveries: z.looseObject({ by_status: z.record(z.string(), z.number()), tries: z.number() }),
  steps: z.object({
    by_kind: z.record(z.string(), z.record(z.string(), z.number())),
    oldest_due: z.looseObject({ kind: z.string(), overdue_s: z.number() }).nullable(),
    attempts: z.record(z.string(), z.number()),
  }),
  providers: z.array(z.looseObject({ name: z.string() })),
  projects: z.record(z.string(), z.number()),
  errors: z.record(z.string(), z.number()),
  rate_limit_hits: z.record(z.string(), z.number()),
});

Deno.test(
  "read_metrics counts callbacks by source and outcome, with their durations and success rate",
  onDatabase(async ({ db, sql }) => {
    await sql`
      insert into public.webhook_logs (
        webhook_id, source, type, status, outcome, raw_body, result, duration_ms, duplicate_count, received_at
      )
      select n, source, 'x', status, outcome, '', result::jsonb, n, 1,
        private.clock() - case n when 9 then interval '2 days' else interval '0' end
      from (values
        (1, 'fal', 'success', 'applied', '{}'),
        (2, 'fal', 'success', 'stale', '{}'),
        (3, 'fal', 'error', null, '{}'),
        (4, 'fal', 'error', null, null),
        (5, 'fal', 'pending', 'buffered', '{}'),
        (6, 'video', 'pending', 'buffered', '{}'),
        (9, 'fal', 'error', null, '{}')
      ) as given (n, source, status, outcome, result)`;

    const { callbacks } = Metrics.parse(await readMetrics(db, 86_400));

    assert.deepEqual(callbacks, {
      fal: {
        count: 5,
        by_outcome: { applied: 1, stale: 1, error: 1, malformed: 1, buffered: 1 },
        repeated_deliveries: 5,
        success_rate: 0.5,
        duration_ms: { p50: 3, p95: 4.8, p99: 4.96 },
      },
      video: {
        count: 1,
        by_outcome: { buffered: 1 },
        repeated_deliveries: 1,
        success_rate: null,
        duration_ms: { p50: 6, p95: 6, p99: 6 },
      },
    });
  }),
);

Deno.test(
  "read_metrics shows steps, the oldest due, lost attempts and deliveries",
  onDatabase(async (given) => {
    const { db, sql, aProject } = given;
    await aFilm(given);
    await aProject({ video_id: "video-2", scenes: ["cut", "cut"] });
    const [lost] = await claim(db);
    assert(lost);
    await recordAnswer(db, lost, { state: "lost", message: "No answer" });
    await moveClock(sql, 20);

    const { steps, deliveries, projects, providers } = Metrics.parse(await readMetrics(db, 60));

    assert.deepEqual(steps.by_kind.generate_clip, { completed: 1, running: 1, waiting: 1 });
    assert.equal(steps.oldest_due?.kind, "generate_clip");
    assert(steps.oldest_due.overdue_s >= 5);
    assert.equal(steps.attempts.lost, 1);
    assert.deepEqual(deliveries.by_status, { delivering: 1 });
    assert.deepEqual(projects, { completed: 1, queued: 1 });
    assert.equal(providers.length, 8);

    await moveClock(sql, 3600);
    const later = Metrics.parse(await readMetrics(db, 60));
    assert.deepEqual(later.steps.by_kind, { generate_clip: { running: 1, waiting: 1 } });
  }),
);
