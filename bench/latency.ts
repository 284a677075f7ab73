import type { Sql } from "postgres";
import type { CaseOptions, Outcome } from "./case.ts";
import { SAMPLE_MS, waitForFilms } from "./count_films.ts";
import { median, quantile } from "./figures.ts";
import { makeJobs, postJob } from "./jobs.ts";
import { depthGrowth, type Sample } from "./runner_depth.ts";
import type { Stack } from "../local/stack.ts";

/**
 * From the moment in which fal posts a callback until its next request for the same film arrives:
 * door, transitions, bell, claim and submission in one figure. Chained scenes, so that each callback
 * has one follower. `--films` at a time under load.
 */
export async function measureLatency(
  { quick, options, stacks, say }: CaseOptions,
): Promise<Outcome> {
  const together = options.films ?? (quick ? 10 : 1000);
  await using opened = await stacks.open(say);
  const { stack } = opened;
  // The first one makes what the others are given copies of.
  await makeFilms(stack, { films: 1, together: 1 });
  const alone = quick ? 2 : 40;
  say(`${alone} films, one at a time`);
  const idle = await makeFilms(stack, { films: alone, together: 1 });
  say(`${together} films at a time`);
  const loaded = await makeFilms(stack, { films: together, together });
  await checkInvariants(stack.sql);

  const growth = depthGrowth(loaded.samples, together);
  const rings = loaded.samples.map((sample) => sample.rings);
  return {
    series: [
      { name: "callback to next request, idle", unit: "ms", values: idle.gaps },
      { name: "bell to claim, idle", unit: "ms", values: idle.claims },
      { name: `callback to next request, ${together} films`, unit: "ms", values: loaded.gaps },
      { name: `bell to claim, ${together} films`, unit: "ms", values: loaded.claims },
      { name: "rings queued in pg_net", unit: "rings", values: rings },
      {
        name: "claimed at a time: the runner's depth",
        unit: "steps",
        values: loaded.samples.map(({ claimed }) => claimed),
      },
      {
        name: "due and unclaimed at a time",
        unit: "steps",
        values: loaded.samples.map(({ due }) => due),
      },
    ],
    targets: [
      { what: "p50 when idle, ms", value: median(idle.gaps), wanted: { most: 80 } },
      { what: "p99 when idle, ms", value: quantile(idle.gaps, 0.99), wanted: { most: 300 } },
      { what: "most rings queued", value: Math.max(...rings), wanted: { most: 200 } },
      // A few films are over before anything can grow.
      ...Number.isNaN(growth) ? [] : [{
        what: "the runner's depth, last third of the load to the first",
        value: growth,
        wanted: { most: 1.2 },
      }],
    ],
    notes: [
      `p99 of bell to claim: ${p99(idle.claims)} ms idle, ${
        p99(loaded.claims)
      } ms with ${together} films`,
      `p99 of callback to next request with ${together} films at a time: ${p99(loaded.gaps)} ms`,
      "bell to claim: from the transaction that makes a step due, and rings, to the attempt of its claim",
      "45 ms of each are pg_net's own delay, unless the runner is still there from the step before",
      `the load: while more than half of the ${together} films are under way, in ${SAMPLE_MS} ms samples`,
    ],
  };
}

function p99(values: number[]): string {
  return quantile(values, 0.99).toFixed(0);
}

type Measured = { gaps: number[]; claims: number[]; samples: Sample[] };

/** So many films, and what was seen meanwhile. */
async function makeFilms(
  stack: Stack,
  { films, together }: { films: number; together: number },
): Promise<Measured> {
  const { sql, fal, apiUrl, env } = stack;
  const [before] = await sql`
    select private.clock() as since, count(*)::int as completed from public.projects`;
  const earlier = fal.requests.length;
  const samples: Sample[] = [];
  async function sample(): Promise<void> {
    const [row] = await sql<Sample[]>`
      select
        (select count(*)::int from net.http_request_queue) as rings,
        (select count(*)::int from private.steps where status = 'running') as claimed,
        (select count(*)::int from private.steps
          where status = 'queued' and due_at <= private.clock()) as due,
        (select count(*)::int from public.projects where status = 'completed') as completed`;
    if (row) samples.push({ ...row, completed: row.completed - before?.completed });
  }
  for (let made = 0; made < films; made += together) {
    const more = Math.min(together, films - made);
    const jobs = makeJobs(more, env.WEBHOOK_SECRET ?? "", { image_url: null });
    await Promise.all(jobs.map((job) => postJob(apiUrl, job)));
    await waitForFilms(sql, before?.completed + made + more, sample);
  }
  const claims = await sql<{ ms: number }[]>`
    select extract(epoch from min(attempts.created_at) - steps.created_at)::float8 * 1000 as ms
    from private.steps join private.attempts using (step_id)
    where steps.created_at > ${before?.since}
    group by steps.step_id`;
  return {
    gaps: gapsOf(fal.requests.slice(earlier), await filmOfRequest(sql)),
    claims: claims.map(({ ms }) => ms),
    samples,
  };
}

async function checkInvariants(sql: Sql): Promise<void> {
  const [broken] = await sql`select count(*)::int as n from private.check_invariants()`;
  if (broken?.n !== 0) throw new Error(`Cannot trust latency: ${broken?.n} invariants are broken`);
}

async function filmOfRequest(sql: Sql): Promise<Map<string, string>> {
  const rows = await sql`
    select attempts.request_id, steps.project_id
    from private.attempts join private.steps using (step_id)
    where steps.kind in ('generate_clip', 'extract_last_frame')`;
  return new Map(
    rows.map(({ request_id, project_id }) => [String(request_id), String(project_id)]),
  );
}

/** Milliseconds from a request's callback to the next request of the same film. */
function gapsOf(requests: Stack["fal"]["requests"], films: Map<string, string>): number[] {
  const ofFilm = Map.groupBy(requests, ({ requestId }) => films.get(requestId));
  const gaps: number[] = [];
  for (const [film, own] of ofFilm) {
    if (film === undefined) continue;
    for (const [n, request] of own.entries()) {
      const callback = request.webhooks.find(({ status }) => status === 200);
      const next = own[n + 1];
      if (callback && next) gaps.push(next.submittedAt - callback.at);
    }
  }
  return gaps;
}
