import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { seededRandom } from "../../chaos/random.ts";
import { DatabaseError } from "../../supabase/functions/_shared/database.ts";
import { Refusal } from "../../supabase/functions/_shared/errors.ts";
import { changeProject } from "../../supabase/functions/_shared/management/films.ts";
import { driveToTheEnd } from "../../supabase/tests/film_players.ts";
import { type Given, onDatabase } from "../../supabase/tests/given.ts";
import { brokenInvariants } from "../../supabase/tests/look.ts";
import { priceClips } from "../../supabase/tests/prices.ts";
import type { Session } from "../../supabase/tests/test_database.ts";
import { setSetting } from "../../supabase/tests/verbs.ts";
import { FAULTS } from "./money_faults.ts";
import { MOVES, order, pick, type World } from "./money_moves.ts";

const SEEDS = [1, 2];
const MOVES_IN_ALL = 80;

Deno.test(
  "whatever happens to films in whatever order, none costs more than its estimate says, and all end",
  onDatabase(async (given) => {
    const session = await given.openSession();
    for (const seed of SEEDS) await storm(given, [session], seed);
  }),
);

Deno.test(
  "the same with four sessions at once, whenever they pause",
  onDatabase(async (given) => {
    const sessions = await Promise.all(Array.from({ length: 4 }, () => given.openSession()));
    for (const seed of SEEDS) await storm(given, sessions, seed);
  }),
);

Deno.test(
  "the same where answers are lost and late, refusals untrue, and days are capped: nothing is paid for twice",
  onDatabase(async (given) => {
    const sessions = await Promise.all(Array.from({ length: 4 }, () => given.openSession()));
    for (const seed of SEEDS) await storm(given, sessions, seed, [...MOVES, ...MOVES, ...FAULTS]);
  }),
);

/** Each session makes a move, again and again; then everybody is at their best. */
async function storm(
  { sql, db, empty }: Given,
  sessions: Session[],
  seed: number,
  moves = MOVES,
): Promise<void> {
  await empty();
  await priceClips(sql, 0.1);
  const random = seededRandom(seed).fraction;
  const world: World = { sql, random, works: [], taken: new Set(), refused: new Set() };
  for (const session of sessions) await order(session, world).catch(refusal);

  for (let round = 0; round < MOVES_IN_ALL / sessions.length; round++) {
    await Promise.all(
      sessions.map((session) => pick(world, moves)(session, world).catch(refusal)),
    );
    const at = `seed ${seed}, round ${round}`;
    assert.deepEqual(await underestimated(sql), [], at);
    assert.deepEqual(await overspent(sql), [], at);
    assert.deepEqual(await paidTwice(sql), [], at);
  }

  await setSetting(sql, "max_usd_per_day", 0);
  await driveToTheEnd(db, sql);
  for (let open = await pausedIn(sql); open.length > 0; open = await pausedIn(sql)) {
    for (const { project_id, awaits } of open) {
      const verb = awaits === null ? "resume" : "approve";
      await changeProject(db, verb, { projectId: project_id, reason: null });
    }
    await driveToTheEnd(db, sql);
  }
  await driveToTheEnd(db, sql);
  assert.deepEqual(await underestimated(sql), [], `seed ${seed}, at the end`);
  assert.deepEqual(await paidTwice(sql), [], `seed ${seed}, at the end`);
  assert.deepEqual(await brokenInvariants(sql), [], `seed ${seed}`);
  const unended = await sql`
    select project_id from public.projects where status not in ('completed', 'failed', 'cancelled')`;
  assert.deepEqual([...unended], [], `seed ${seed}`);
}

/** What cannot be done to a film as it is, is refused; whatever else is raised is a fault. */
function refusal(error: unknown): void {
  const isRefused = error instanceof Refusal ||
    error instanceof DatabaseError && error.code.startsWith("RL4");
  if (!isRefused) throw error;
}

/** Films that cost more, by what is spent, reserved and left to do, than their estimate says. */
async function underestimated(sql: Sql): Promise<string[]> {
  const rows = await sql`
    select project_id || ': ' || film.usd || ' instead of ' || estimated_cost_usd as told
    from public.projects
    cross join lateral private.estimate_film(project_id) as film
    where case
      when status in ('completed', 'failed', 'cancelled') then private.spent_on(project_id)
      else film.usd
    end > estimated_cost_usd`;
  return rows.map(({ told }) => told);
}

/** Films that go on with more spent and reserved than anybody allowed. */
async function overspent(sql: Sql): Promise<string[]> {
  const rows = await sql`
    select project_id || ': ' || private.committed_on(project_id) as told from public.projects
    where status in ('queued', 'storyboarding', 'generating', 'stitching')
      and private.committed_on(project_id) > max_cost_usd`;
  return rows.map(({ told }) => told);
}

/** What two providers' requests are under way for at once, or what was made once more. */
async function paidTwice(sql: Sql): Promise<string[]> {
  const rows = await sql`
    select distinct steps.kind || ' of ' || projects.project_id as told
    from private.attempts join private.steps using (step_id) join public.projects using (project_id)
    where (attempts.ended_at is null or attempts.status = 'completed')
      and steps.kind in (
        'reframe_image', 'generate_clip', 'stitch', 'generate_voice', 'generate_music', 'mux_audio', 'mix_music'
      )
    group by steps.kind, projects.project_id, attempts.input - array['scene_id', 'chunk_id'],
      case when steps.kind = 'generate_clip' then steps.chunk_id end
    having count(*) > 1`;
  return rows.map(({ told }) => told);
}

async function pausedIn(sql: Sql): Promise<{ project_id: string; awaits: string | null }[]> {
  return await sql<{ project_id: string; awaits: string | null }[]>`
    select project_id, awaiting_approval as awaits from public.projects where status = 'paused'`;
}
