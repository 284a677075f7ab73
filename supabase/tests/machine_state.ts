import type { Sql } from "postgres";

/** An attempt, with the step and the film above it, as one snapshot shows them. */
export type AttemptState = {
  attempt_id: string;
  step_id: string;
  project_id: string;
  kind: string;
  status: string;
  /** It is to be announced, and has not been. */
  is_held: boolean;
  request_id: string | null;
  step: string;
  claim_token: string | null;
  /** Whoever asks about it last began when the provider had had twice the time that it may have. */
  is_asked_late: boolean;
  /** Seconds until its step is looked at again; null: never by itself. */
  due_in: number | null;
};

/** What the machine is at a moment: everything that a verb may change, or may be refused for. */
export type MachineState = {
  attempts: ReadonlyMap<string, AttemptState>;
  /** Status by project id. */
  films: ReadonlyMap<string, string>;
};

export const FINAL: readonly string[] = ["completed", "failed", "cancelled"];

export async function observe(sql: Sql): Promise<MachineState> {
  const [films, attempts] = await Promise.all([
    sql<{ project_id: string; status: string }[]>`select project_id, status from public.projects`,
    sql<AttemptState[]>`
    select attempt_id, step_id, steps.project_id, kind, attempts.status, request_id,
      coalesce(sent_at = 'infinity', false) as is_held,
      steps.status as step, claim_token,
      steps.status = 'waiting' and steps.updated_at >= attempts.created_at + 2 * make_interval(secs => (
        (private.step_setting('give_up_seconds', kind, attempts.input ->> 'model')).value #>> '{}'
      )::float8) as is_asked_late,
      case when due_at < 'infinity' then extract(epoch from due_at - private.clock())::float8 end as due_in
    from private.attempts join private.steps using (step_id)`,
  ]);
  return {
    films: new Map(films.map(({ project_id, status }) => [project_id, status])),
    attempts: new Map(attempts.map((attempt) => [attempt.attempt_id, attempt])),
  };
}
