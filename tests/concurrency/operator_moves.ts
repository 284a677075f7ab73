import { z } from "zod";
import {
  redriveDeliveries,
  redriveDelivery,
  replayDeliveries,
  replayDelivery,
} from "../../supabase/functions/_shared/management/deliveries.ts";
import { replayCallback } from "../../supabase/functions/_shared/management/callbacks.ts";
import {
  deleteEndpoint,
  putEndpoint,
  rotateEndpointSecret,
  setEndpointEnabled,
  testEndpoint,
} from "../../supabase/functions/_shared/management/endpoints.ts";
import {
  deleteUserData,
  setProvider,
} from "../../supabase/functions/_shared/management/installation.ts";
import {
  claimDeliveries,
  recordDeliveries,
} from "../../supabase/functions/_shared/transitions/deliveries.ts";
import { OK } from "../../supabase/tests/endpoints.ts";
import { type Move, pick, type World } from "./money_moves.ts";

const USERS = ["user-1", "user-2"];
const ENDS = [200, 200, 500, 404, 410, 429];

/** Some row's id, if there is one. */
async function anyOf({ sql, random }: World, table: string, id: string): Promise<string | null> {
  const rows = await sql<{ id: string }[]>`
    select ${sql(id)} as id from ${sql(table)} order by ${sql(id)} desc limit 40`;
  return rows.length === 0 ? null : pick({ random }, rows).id;
}

/** On some row of a table. */
function on(
  table: string,
  id: string,
  deed: (...given: [...Parameters<Move>, string]) => unknown,
): Move {
  return async (session, world) => {
    const found = await anyOf(world, table, id);
    if (found !== null) await deed(session, world, found);
  };
}

const onEndpoint = (deed: Parameters<typeof on>[2]) => on("private.endpoints", "endpoint_id", deed);
const onDelivery = (deed: Parameters<typeof on>[2]) =>
  on("public.webhook_deliveries", "delivery_id", deed);

const endpoints: Move = async ({ db }, world) => {
  const changes = pick(world, [
    {},
    { is_ordered: true },
    { batch_size: 3, batch_ms: 60_000 },
    { max_per_second: 5 },
    { url: "https://other.test/hook" },
  ]);
  const found = world.random() < 0.5
    ? await anyOf(world, "private.endpoints", "endpoint_id")
    : null;
  const made = { user_id: pick(world, USERS), url: "https://desk.test/hook" };
  await putEndpoint(db, found, found === null ? { ...made, ...changes } : changes);
};

/** A runner's: claimed, and told of in no particular order. */
const delivers: Move = async ({ db }, world) => {
  const { deliveries } = await claimDeliveries(db, pick(world, [3, 20]));
  const records = deliveries.toReversed().map((work) => ({
    work,
    result: { ...OK, status_code: pick(world, ENDS) },
  }));
  if (records.length > 0) await recordDeliveries(db, records);
};

const cron = (call: "sweep" | "housekeep" | "note_invariants"): Move => (_session, { sql }) =>
  sql.unsafe(`select private.${call}()`);

const prices: Move = (_session, world) =>
  world.sql`
    update private.prices set usd_per_second = ${pick(world, [0.05, 0.1, 0.3])}
    where source = 'a test'`;

const limits: Move = ({ db }, world) =>
  setProvider(
    db,
    "fal",
    pick(world, [{ max_in_flight: 3 }, { max_in_flight: null }, { is_held: false }]),
  );

const deletes: Move = async ({ db }, world) => {
  if (world.random() < 0.5) return await deleteUserData(db, pick(world, USERS));
  await db.call(
    "delete_user_data",
    { p_user_id: pick(world, USERS), p_limit: 1, p_waits: false },
    z.unknown(),
  );
};

/** What those do who are on call, pg_cron, and the runner of deliveries. */
export const OPERATORS: Move[] = [
  ...Array<Move>(2).fill(endpoints),
  ...Array<Move>(4).fill(delivers),
  ...Array<Move>(2).fill(deletes),
  ...Array<Move>(2).fill(cron("sweep")),
  cron("housekeep"),
  cron("note_invariants"),
  prices,
  limits,
  onEndpoint(({ db }, _world, id) => deleteEndpoint(db, id)),
  onEndpoint(({ db }, _world, id) => rotateEndpointSecret(db, id, 0)),
  onEndpoint(({ db }, _world, id) => testEndpoint(db, id)),
  onEndpoint(({ db }, { random }, id) =>
    setEndpointEnabled(db, id, { isEnabled: random() < 0.6, reason: null })
  ),
  onDelivery(({ db }, _world, id) => redriveDelivery(db, id)),
  onDelivery(({ db }, _world, id) => replayDelivery(db, id)),
  ({ db }) => redriveDeliveries(db, { from: null, to: null, limit: 50 }),
  ({ db }) => replayDeliveries(db, {}, { limit: 50, perSecond: 100, isDry: false }),
  on("public.webhook_logs", "webhook_log_id", ({ db }, _world, id) => replayCallback(db, id)),
];
