import assert from "node:assert/strict";
import { seededRandom } from "../../chaos/random.ts";
import { DatabaseError } from "../../supabase/functions/_shared/database.ts";
import { Refusal } from "../../supabase/functions/_shared/errors.ts";
import { type Given, onDatabase } from "../../supabase/tests/given.ts";
import { brokenInvariants } from "../../supabase/tests/look.ts";
import { priceClips } from "../../supabase/tests/prices.ts";
import type { Session } from "../../supabase/tests/test_database.ts";
import { readWhole } from "../../tools/read_whole.ts";
import { FAULTS } from "./money_faults.ts";
import { MOVES, order, pick, type World } from "./money_moves.ts";
import { OPERATORS } from "./operator_moves.ts";

const SESSIONS = 6;
/** More of them find more: locks that are taken in two orders meet once in thousands. */
const MOVES_EACH = readWhole("REELAY_STORM_MOVES", Deno.env.get("REELAY_STORM_MOVES") ?? "40");
const ALL = [...MOVES, ...MOVES, ...FAULTS, ...OPERATORS, ...OPERATORS];

Deno.test(
  "whoever does whatever at the same moment: no deadlock, nothing unforeseen, no broken promise",
  onDatabase(async (given) => {
    const { sql } = given;
    await priceClips(sql, 0.1);
    const random = seededRandom(20_261_130).fraction;
    const world: World = { sql, random, works: [], taken: new Set(), refused: new Set() };
    const sessions = await openSessions(given);
    for (const session of sessions) await order(session, world).catch(refusal);

    await Promise.all(sessions.map(async (session) => {
      for (let move = 0; move < MOVES_EACH; move++) {
        await pick(world, ALL)(session, world).catch(refusal);
      }
    }));

    assert.deepEqual(await brokenInvariants(sql), []);
    const failed = await sql`
      select error from public.webhook_logs where status = 'error' and error ~ '(dead)?lock'`;
    assert.deepEqual([...failed], [], "applied inside a callback, an error would not be raised");
  }),
);

function openSessions({ openSession }: Given): Promise<Session[]> {
  return Promise.all(Array.from({ length: SESSIONS }, () => openSession()));
}

/** What cannot be done as things are is refused; several callbacks that would wait are told so. */
function refusal(error: unknown): void {
  const isForeseen = error instanceof Refusal ||
    error instanceof DatabaseError && /^RL4/.test(error.code) ||
    error instanceof DatabaseError && error.code === "55P03" &&
      /receive_callbacks/.test(error.message);
  if (!isForeseen) throw error;
}
