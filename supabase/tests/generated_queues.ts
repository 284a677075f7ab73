import type { Sql } from "postgres";
import type { Random } from "../../chaos/random.ts";
import { PROVIDERS } from "./verbs.ts";

/** Nobody makes voices: they are made for tests alone. */
export const CONFIGURED = { ...PROVIDERS, generate_voice: "test", deliveries: "apart" };

const KINDS = [
  "generate_clip",
  "generate_clip",
  "generate_clip",
  "extract_last_frame",
  "store_film",
  "cancel_request",
  "generate_voice",
] as const;

/** A queue of few steps, of films of their own: some in flight, some due later, no two at the same time. */
export async function insertQueue(sql: Sql, random: Random): Promise<void> {
  const users = random.between(1, 6);
  const steps = Array.from({ length: random.between(1, 60) }, (_, n) => {
    const kind = random.pick(KINDS);
    const status = random.pick(["queued", "queued", "queued", "running", "waiting"] as const);
    return {
      id: `generated-${n}`,
      user_id: `user-${random.between(1, users)}`,
      kind,
      status,
      provider: status === "queued" ? null : CONFIGURED[kind],
      execution_mode: kind === "generate_voice" ? random.pick(["test", null]) : null,
      // What is in flight is not overdue; of what is queued, some is for later.
      due_in: status === "queued" ? random.between(0, 1000) * 60 - 50_000 + n / 100 : 3600,
    };
  });
  await sql.begin(async (transaction) => {
    await transaction`set local session_replication_role = replica`;
    await transaction`
      create temporary table generated on commit drop as
      select * from jsonb_to_recordset(${sql.json(steps)}) as step (
        id text, user_id text, kind text, status text, provider text, execution_mode text, due_in float8
      )`;
    await transaction`
      insert into public.projects (project_id, video_id, user_id, idempotency_key, execution_mode)
      select id, id, user_id, id, execution_mode from generated`;
    await transaction`
      insert into private.steps (step_id, project_id, user_id, kind, status, provider, claim_token, due_at)
      select
        id, id, user_id, kind, status, provider,
        case when status = 'running' then gen_random_uuid() end,
        private.clock() + make_interval(secs => due_in)
      from generated`;
  });
}

/** Limits, pauses and failures, each of them now and then. */
export async function setProviders(sql: Sql, random: Random): Promise<void> {
  for (const name of ["fal", "storage", "test"]) {
    const failures = random.pick([5, 0, 0, 0]);
    await sql`
      update private.providers
      set
        max_in_flight = ${random.pick([null, null, random.between(1, 12)])},
        max_in_flight_per_user = ${random.pick([null, null, random.between(1, 4)])},
        is_paused = ${random.between(1, 8) === 1},
        failures_in_a_row = ${failures},
        held_until = ${failures ? sql`private.clock() - interval '1 second'` : null}
      where name = ${name}`;
  }
}
