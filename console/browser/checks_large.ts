import assert from "node:assert/strict";
import type { Check } from "./main.ts";
import { until } from "./look.ts";
import { signIn } from "./world.ts";

const FILMS = 10_000;
const CALLBACKS = 1_000_000;
const MOST_MS = 1000;

const PATHS = [
  "/browse/board?limit=24",
  "/browse/projects?limit=48",
  "/browse/projects?limit=48&status=failed",
  "/browse/projects?limit=48&search=film%20number%2077",
  "/browse/callbacks",
  "/browse/callbacks?source=video",
  "/browse/callbacks?status=error",
  "/browse/callbacks?outcome=unknown",
  "/browse/callbacks?request_id=request-777777",
  "/browse/deliveries",
  "/browse/errors",
  "/browse/error-series?hours=168&buckets=84",
  "/errors/stats",
  "/health",
  "/browse/queue",
  "/metrics?hours=24",
];

/** With `--large`: what an installation looks like after some months. */
export const LARGE_CHECKS: [name: string, check: Check][] = [
  [
    "with 10,000 films and 1,000,000 callbacks every page answers within a second",
    async (world) => {
      const { stack, key, visit } = world;
      await stack.sql`
      insert into public.projects (video_id, user_id, prompt, status, error_message, idempotency_key,
        progress, final_video_url, completed_at, created_at)
      select 'v' || n, 'user' || n % 50, 'film number ' || n,
        case when n % 40 = 0 then 'failed' else 'completed' end,
        case when n % 40 = 0 then 'The provider refused it' end, 'large' || n,
        case when n % 40 = 0 then 30 else 100 end, 'https://films.example/' || n || '.mp4', now(),
        now() - n * interval '1 minute'
      from generate_series(1, ${FILMS}::int) as n`;
      await stack.sql`
      insert into public.webhook_logs (webhook_id, source, type, status, outcome, request_id, raw_body,
        received_at)
      select 'large' || n, case when n % 9 = 0 then 'lastframe' else 'fal' end, 'generation.completed',
        case when n % 5000 = 0 then 'error' else 'success' end,
        case when n % 5000 = 0 then null when n % 7000 = 0 then 'unknown' else 'applied' end,
        'request-' || n, '\\x7b7d'::bytea, now() - n * interval '1 second'
      from generate_series(1, ${CALLBACKS}::int) as n`;
      await stack.sql`
      insert into public.error_logs (type, message, created_at)
      select 'webhook', 'It broke', now() - n * interval '20 seconds' from generate_series(1, 20000) as n`;
      await stack.sql.unsafe("analyze");

      const figures: string[] = [];
      const slow: string[] = [];
      for (const path of PATHS) {
        const times: number[] = [];
        for (let i = 0; i < 3; i++) {
          const began = performance.now();
          const answer = await fetch(`${stack.apiUrl}/functions/v1/webhook-manage${path}`, {
            headers: { apikey: key },
          });
          // Films without scenes break invariants: it says so.
          assert.equal(answer.status, path === "/health" ? 503 : 200, path);
          await answer.arrayBuffer();
          times.push(performance.now() - began);
        }
        const median = times.toSorted((a, b) => a - b)[1] ?? 0;
        figures.push(`${path} ${Math.round(median)} ms`);
        if (median > MOST_MS) slow.push(`${path}: ${Math.round(median)} ms`);
      }
      console.log(figures.map((line) => `       ${line}`).join("\n"));
      const page = await visit();
      await signIn(page, key);
      await page.getByRole("link", { name: /^Callbacks/ }).click();
      await page.locator(".row").first().waitFor();
      await page.getByRole("button", { name: "Show older ones" }).click();
      await until(page, "document.querySelectorAll('.row').length >= 100");
      await page.context().close();
      assert.deepEqual(slow, []);
    },
  ],
];
