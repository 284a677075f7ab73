import type { Sql } from "postgres";
import { z } from "zod";
import { pause } from "../supabase/functions/_shared/pause.ts";
import type { Endpoints } from "./endpoints.ts";
import type { FaultKind } from "./fault_kinds.ts";
import type { Hearing } from "./hearing.ts";
import type { Operator } from "./operator.ts";
import type { OrderBook } from "./order_book.ts";
import { patiently } from "./patient_sql.ts";
import { goBack, retake } from "./retakes.ts";
import type { Storm } from "./schedule.ts";
import type { World } from "./world.ts";

/** What was done by hand to films, which may therefore end otherwise. By their projects' ids. */
export type Deeds = {
  /** They were to be cancelled; some had ended before. */
  cancelled: Set<string>;
  /** They had failed, and were to be tried again. */
  retried: Set<string>;
  /** A scene of theirs was to be made once more. */
  retaken: Set<string>;
  /** All that is known of these users was to be deleted. */
  deletedUsers: Set<string>;
};

type Means = {
  world: World;
  deeds: Deeds;
  endpoints: Endpoints;
  orders: Pick<OrderBook, "orderAgain">;
  hearing: Pick<Hearing, "forget">;
};
type Deed = (means: Means & { sql: Sql; operator: Operator }, storm: Storm) => Promise<void>;

const UNDER_WAY = ["queued", "storyboarding", "generating", "stitching"];
const AT_ONCE = 3;

const Done = z.looseObject({ done: z.boolean() });

/** What operators and clients do in the middle of it. */
const DEEDS: Partial<Record<FaultKind, Deed>> = {
  async "pauses"({ sql, operator }, { force, choice }) {
    const films = await filmsOf(sql, UNDER_WAY, choice);
    const paths = choice < 0.2
      ? [{ from: "/pause-all", to: "/resume-all" }]
      : films.map((id) => ({ from: `/projects/${id}/pause`, to: `/projects/${id}/resume` }));
    await Promise.all(paths.map(({ from }) => operator.ask(from)));
    await pause(500 + force * 4000);
    await Promise.all(paths.map(({ to }) => operator.ask(to)));
  },
  async "cancels"({ sql, operator, deeds }, { choice }) {
    const [film] = await filmsOf(sql, UNDER_WAY, choice);
    if (film === undefined) return;
    deeds.cancelled.add(film);
    await operator.ask(`/projects/${film}/cancel`);
  },
  async "retries"({ sql, operator, deeds }, { choice }) {
    for (const film of await filmsOf(sql, ["failed"], choice)) {
      deeds.retried.add(film);
      await operator.ask(`/projects/${film}/retry`);
    }
  },
  async "replays"({ operator }) {
    await operator.ask("/deliveries/replay", {
      body: () => ({ statuses: ["dead", "delivered"], limit: 10, per_second: 20 }),
    });
  },
  async "revisions"({ sql, orders }, { choice }) {
    const films = await filmsOf(sql, ["completed"], choice);
    await Promise.all(films.map((id) => orders.orderAgain(id)));
  },
  async "retakes"({ sql, operator, deeds }, { choice }) {
    await goBack({ sql, operator }, choice);
    await retake({ sql, operator, deeds }, UNDER_WAY, choice);
    await retake({ sql, operator, deeds }, ["completed"], choice);
  },
  async "deletions"({ sql, operator, deeds, hearing }, { choice }) {
    const films = await patiently(
      sql,
      (sql) => sql`select project_id, user_id from public.projects order by user_id`,
    );
    const user = films[Math.floor(choice * films.length)]?.user_id;
    if (user === undefined) return;
    deeds.deletedUsers.add(user);
    for (let isDone = false; !isDone; await pause(200)) {
      const path = `/users/${encodeURIComponent(user)}/delete`;
      const { body } = await operator.ask(path, { body: () => ({ confirm: user }) });
      isDone = Done.parse(body).done;
    }
    for (const { project_id, user_id } of films) if (user_id === user) hearing.forget(project_id);
  },
  async "endpoint-changes"({ endpoints }, storm) {
    await endpoints.change(storm);
  },
  async "housekeeping"({ sql }) {
    await patiently(sql, (sql) => sql`select private.housekeep()`);
  },
};

/** False: it is nothing that people do. */
export async function meddle(
  storm: Storm,
  means: Means & { operator: Operator },
): Promise<boolean> {
  const deed = DEEDS[storm.kind];
  if (deed === undefined) return false;
  await deed({ ...means, sql: means.world.stack.sql }, storm);
  return true;
}

/** Some films of these statuses, from somewhere among them. */
async function filmsOf(sql: Sql, statuses: string[], choice: number): Promise<string[]> {
  const films = await patiently(sql, (sql) =>
    sql`
      select project_id from public.projects where status in ${sql(statuses)}
      order by project_id`);
  const first = Math.floor(choice * films.length);
  return films.slice(first, first + AT_ONCE).map(({ project_id }) => project_id);
}
