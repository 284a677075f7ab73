import assert from "node:assert/strict";
import { seededRandom } from "../../chaos/random.ts";
import { DatabaseError } from "../../supabase/functions/_shared/database.ts";
import { recordDelivery } from "../../supabase/functions/_shared/transitions/deliveries.ts";
import { createProject } from "../../supabase/functions/_shared/transitions/projects.ts";
import { recordAnswer, type StepWork } from "../../supabase/functions/_shared/transitions/steps.ts";
import { claimWork } from "../../supabase/functions/_shared/transitions/work.ts";
import { driveToTheEnd } from "../../supabase/tests/film_players.ts";
import { onDatabase } from "../../supabase/tests/given.ts";
import { jobOf } from "../../supabase/tests/job_of.ts";
import { brokenInvariants } from "../../supabase/tests/look.ts";
import type { Session } from "../../supabase/tests/test_database.ts";
import {
  callback,
  complete,
  fail,
  moveClock,
  PROVIDERS,
  submit,
} from "../../supabase/tests/verbs.ts";

const SESSIONS = 4;
const MOVES_EACH = 60;

Deno.test(
  "four sessions at once, over the same films: no deadlock, no error, no broken promise",
  onDatabase(async ({ db, sql, openSession }) => {
    // Work is shared, so that one session reports what another one claimed, or both do.
    const works: StepWork[] = [];
    const random = seededRandom(20_261_122).fraction;
    for (let n = 0; n < 4; n++) {
      await createProject(db, jobOf({ scenes: ["cut", "last_frame", "cut"], video_id: `v${n}` }));
    }
    const sessions = await Promise.all(Array.from({ length: SESSIONS }, () => openSession()));
    const errors: string[] = [];

    await Promise.all(sessions.map(async (session) => {
      for (let move = 0; move < MOVES_EACH; move++) {
        try {
          await moveOnce(session, works, random);
          if (random() < 0.05) await moveClock(sql, 61);
          if (random() < 0.1) await sql`select private.sweep()`;
        } catch (error) {
          if (!(error instanceof DatabaseError)) throw error;
          errors.push(`${error.code} ${error.message}`);
        }
      }
    }));

    assert.deepEqual(errors, []);
    assert.deepEqual(await brokenInvariants(sql), []);
    const failed = await sql`select error from public.webhook_logs where status = 'error'`;
    assert.deepEqual([...failed], [], "applied inside a callback, an error would not be raised");
    await driveToTheEnd(db, sql);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

async function moveOnce(
  { db }: Session,
  works: StepWork[],
  random: () => number,
): Promise<void> {
  const work = works[Math.floor(random() * works.length)];
  const choice = Math.floor(random() * 12);
  if (choice < 4 || !work) {
    const { work: claimed } = await claimWork(db, {
      limit: 3,
      providers: PROVIDERS,
      answersBell: random() < 0.5,
    });
    for (const item of claimed) {
      if (item.kind === "step") works.push(item);
      else await recordDelivery(db, item, delivered(random));
    }
  } else if (work.step === "store_film" || work.step === "cancel_request") {
    await complete(db, work);
  } else if (choice < 7) await submit(db, work);
  else if (choice < 9) await callback(db, work, choice === 8 ? { token: null } : {});
  else if (choice === 9) {
    const error = { message: "It broke", retryable: random() < 0.9 };
    await callback(db, work, {
      delivery_id: crypto.randomUUID(),
      result: { state: "failed", error },
    });
  } else if (choice === 10) await fail(db, work, { retryable: random() < 0.9 });
  else await recordAnswer(db, work, { state: "lost", message: "The connection broke" });
}

function delivered(random: () => number) {
  return {
    status_code: random() < 0.5 ? 200 : 503,
    error: null,
    duration_ms: 1,
    response_excerpt: null,
    retry_after: null,
  };
}
