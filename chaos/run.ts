import { Endpoints } from "./endpoints.ts";
import type { Faults } from "./fault_kinds.ts";
import { plantFilmFault, plantFloods } from "./film_faults.ts";
import { Hearing } from "./hearing.ts";
import { Operator } from "./operator.ts";
import { OrderBook } from "./order_book.ts";
import { patiently } from "./patient_sql.ts";
import { type Deeds, meddle } from "./people.ts";
import { Places } from "./places.ts";
import type { Outcome } from "./report.ts";
import { planSchedule, type Schedule } from "./schedule.ts";
import { settle } from "./settle.ts";
import { type LateCallbacks, rage } from "./storm.ts";
import { Storms } from "./storms.ts";
import { bearWitness } from "./witness.ts";
import { startWorld, type World } from "./world.ts";

export type ChaosOptions = {
  films: number;
  seed: number;
  faults: Faults;
  /** Films under way at a time. */
  atATime?: number;
  /** What the functions, fal and the database say. */
  log?: (line: string) => void;
  /** How far it is. */
  tell?: (line: string) => void;
  signal?: AbortSignal;
};

/** A film that takes longer makes room for the next one, and is judged at the end. */
const FILM_PATIENCE_MS = 90_000;
/** Without any change for so long, what is open is stuck. */
const SETTLE_PATIENCE_MS = 45_000;

/** Runs films through a stack of its own while the schedule's faults befall it. */
export async function runChaos(
  { films, seed, faults, atATime = 20, log = () => {}, tell = () => {}, signal }: ChaosOptions,
): Promise<Outcome> {
  const schedule = planSchedule({ films, seed, faults });
  await using cleanup = new AsyncDisposableStack();
  const world = cleanup.adopt(await startWorld({ log }), (world) => world.stop());
  const hearing = cleanup.adopt(
    new Hearing(world.chat, () => void world.moments.note("delivered")),
    (hearing) => hearing.stop(),
  );
  const given = new Map<string, number>();
  const count = (kind: string) => void given.set(kind, (given.get(kind) ?? 0) + 1);
  const late = plantFaults(schedule, faults, world, count);
  const begun = performance.now();

  const orders = new OrderBook({ world, schedule, run: `run ${seed}`, log });
  const deeds: Deeds = {
    cancelled: new Set(),
    retried: new Set(),
    retaken: new Set(),
    deletedUsers: new Set(),
  };
  const operator = new Operator(world.stack);
  const endpoints = cleanup.adopt(new Endpoints(operator), (endpoints) => endpoints.stop());
  await endpoints.open();
  const storms = new Storms(schedule.storms, async (storm) => {
    count(storm.kind);
    log(`chaos: ${storm.kind}`);
    if (await meddle(storm, { world, deeds, endpoints, operator, orders, hearing })) return;
    await rage(storm, world, { late, log });
  });
  let ended = 0;
  const left = schedule.films.values();
  async function orderOnes(): Promise<void> {
    for (const film of left) {
      if (signal?.aborted) return;
      const id = await orders.order(film);
      if (id !== null && !await hearing.ended(id, FILM_PATIENCE_MS)) {
        tell(`film ${film.number} (${id}) takes longer than ${FILM_PATIENCE_MS / 1000} s`);
      }
      storms.passed(++ended);
      if (ended % 20 === 0) tell(`${ended} of ${films} films`);
    }
  }
  storms.passed(0);
  await Promise.all(Array.from({ length: atATime }, orderOnes));

  tell("the faults are over, waiting for what is open");
  await storms.over();
  await calm(world, faults);
  const settled = await settle(world.stack.sql, { patienceMs: SETTLE_PATIENCE_MS });
  if (!settled) tell("something does not settle");

  if (faults.floods.includes("every-bell")) given.set("every-bell", await unsentBells(world));
  const findings = await bearWitness({
    stack: world.stack,
    schedule,
    orders,
    deeds,
    endpoints: endpoints.all,
    words: hearing.words,
    odd: hearing.odd.length,
    given,
  });
  return {
    films: films + orders.revisions.size,
    findings,
    given,
    seconds: (performance.now() - begun) / 1000,
  };
}

function plantFaults(
  schedule: Schedule,
  faults: Faults,
  { stack }: World,
  count: (kind: string) => void,
): LateCallbacks {
  const { fal } = stack;
  const places = new Places(fal.requests);
  plantFloods(faults, { fal, given: count });
  if (faults.floods.includes("every-bell")) stack.netWorker.pause();
  for (const fault of schedule.filmFaults) plantFilmFault(fault, { fal, places, given: count });

  const late = new Set(
    schedule.filmFaults.filter(({ kind }) => kind === "late-callbacks")
      .map(({ film, place }) => `${film} ${place}`),
  );
  const sent = new Set<string>();
  return {
    takeEnded() {
      const due = fal.requests.filter(({ requestId, result, input }) => {
        const place = places.of(input);
        return result !== null && !sent.has(requestId) &&
          place !== null && late.has(`${place.film} ${place.place}`);
      }).map(({ requestId }) => requestId);
      for (const id of due) sent.add(id);
      return due;
    },
  };
}

/** Bells that pg_net was given and did not deliver. */
async function unsentBells({ stack }: World): Promise<number> {
  const [row] = await patiently(
    stack.sql,
    (sql) => sql`select count(*)::int as n from net.http_request_queue`,
  );
  return row?.n ?? 0;
}

/** Takes back what would last. What was lost stays lost. */
async function calm({ stack, chat }: World, { floods }: Faults): Promise<void> {
  if (!floods.includes("every-bell")) stack.netWorker.resume();
  chat.behave(undefined);
  await stack.functions.ready("pipeline-step");
}
