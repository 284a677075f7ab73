import { attemptIdOf } from "./attempt_id.ts";
import { paidTwice, writtenTwice } from "./bill.ts";
import type { StandingEndpoint } from "./endpoints.ts";
import { isExpected } from "./expected_errors.ts";
import { emptyFindings, type Findings } from "./findings.ts";
import type { Word } from "./hearing.ts";
import { judgeOf, type Project, type Unknown } from "./judge.ts";
import { judgeEndpoints } from "./judge_endpoints.ts";
import { mostLost } from "./lost_calls.ts";
import type { OrderBook } from "./order_book.ts";
import { patiently } from "./patient_sql.ts";
import type { Deeds } from "./people.ts";
import type { Schedule } from "./schedule.ts";
import { readStored, spoiltFilms } from "./stored_films.ts";
import { readClips, readTakes } from "./takes.ts";
import type { World } from "./world.ts";

/** Compares the database with fal's account and with what the client heard. */
export async function bearWitness(
  { stack: { sql, fal, openai }, schedule, orders, deeds, endpoints, words, odd, given }: {
    stack: Pick<World["stack"], "sql" | "fal" | "openai">;
    schedule: Schedule;
    orders: OrderBook;
    deeds: Deeds;
    endpoints: readonly StandingEndpoint[];
    words: ReadonlyMap<string, Word[]>;
    odd: number;
    given: ReadonlyMap<string, number>;
  },
): Promise<Findings> {
  const ask = async <T>(text: string): Promise<T[]> =>
    await patiently(sql, (sql) => sql.unsafe<T[]>(text));
  const projects = await ask<Project & { user_id: string }>(`
    select project_id, user_id, status, error_message as error, final_video_url as url,
      thumbnail_url as thumbnail,
      (select count(*)::int from private.steps
        where steps.project_id = projects.project_id and status in ('queued', 'running', 'waiting'))
      + (select count(*)::int from public.webhook_deliveries
        where webhook_deliveries.project_id = projects.project_id
          and status in ('pending', 'delivering')) as open
    from public.projects`);
  const unknown = await ask<Unknown>(`
    select attempt_id, project_id, kind
    from private.attempts join private.steps using (step_id)
    where attempts.status = 'outcome_unknown'`);
  const broken = await ask<{ invariant: string; id: string }>(
    "select invariant, id from private.check_invariants()",
  );
  const errors = await ask<{ type: string; message: string }>(
    "select type, message from public.error_logs",
  );

  const filmOf = orders.numbers();
  const retaken = new Set([...deeds.retaken].flatMap((id) => filmOf.get(id) ?? []));
  const stored = await readStored(sql);
  const findings = emptyFindings();
  const evidence = {
    ...{ schedule, fal: fal.requests, projects, unknown, words, deeds, retaken },
    takes: await readTakes(sql),
    stored: new Map(stored.map(({ project_id, made }) => [project_id, made])),
  };
  const judge = judgeOf(findings, evidence);
  for (const film of schedule.films) {
    judge(film, orders.taskIds.get(film.number) ?? null);
    for (const [id, number] of orders.revisions) if (number === film.number) judge(film, id);
  }
  findings.overlooked.push(...beyondLost(unknown, mostLost(given)));
  judgeEndpoints(findings, { endpoints, projects, deeds });

  for (const [id, fault] of await spoiltFilms(stored, { fal: fal.requests, filmOf })) {
    findings.spoilt.push(`film ${filmOf.get(id)}: ${fault}`);
  }
  findings.unordered.push(...unorderedFilms(projects, orders));
  findings.lost.push(...Array.from({ length: odd }, () => "a callback that names no film"));
  const bare = projects.filter(({ status, thumbnail }) =>
    status === "completed" && thumbnail === null
  ).map(({ project_id }) => project_id);
  // Whether it had its thumbnail nobody knows any more.
  const deleted = schedule.films.filter(({ userId }) => deeds.deletedUsers.has(userId));
  const anew = new Set([
    ...[...deeds.retried, ...bare].flatMap((id) => filmOf.get(id) ?? []),
    ...deleted.map((film) => film.number),
    ...retaken,
  ]);
  const clipOf = await readClips(sql);
  findings.paidTwice.push(
    ...paidTwice(fal.requests, { anew, retaken, clipOf }),
    ...writtenTwice(openai.calls),
  );
  const forgotten = new Set(unknown.map(({ attempt_id }) => attempt_id));
  findings.live.push(
    ...fal.liveRequests().filter(({ webhookUrl }) => !forgotten.has(attemptIdOf(webhookUrl)))
      .map(({ requestId, endpoint }) => `${endpoint} ${requestId}`),
  );
  findings.broken.push(...broken.map(({ invariant, id }) => `${invariant}: ${id}`));
  findings.errors.push(
    ...errors.filter(({ message }) =>
      !isExpected(message, { wereUsersDeleted: deeds.deletedUsers.size > 0 })
    )
      .map(({ type, message }) => `${type}: ${message}`),
  );
  return findings;
}

/** More unknown outcomes than calls may have been lost: then some could have been learnt. */
export function beyondLost(unknown: readonly Unknown[], most: number): string[] {
  if (unknown.length <= most) return [];
  return unknown.map(({ attempt_id, kind }) => `${kind} ${attempt_id}, ${most} may have been lost`);
}

/** More films than orders: one was taken twice. What a client gave up on may be there all the same. */
export function unorderedFilms(
  projects: readonly Pick<Project, "project_id">[],
  orders: Pick<OrderBook, "taskIds" | "numbers">,
): string[] {
  const known = orders.numbers();
  const strange = projects.map(({ project_id }) => project_id).filter((id) => !known.has(id));
  const givenUp = [...orders.taskIds.values()].filter((id) => id === null).length;
  return strange.length > givenUp ? strange : [];
}
