import assert from "node:assert/strict";
import { onDatabase } from "../../supabase/tests/given.ts";
import { callback, complete, fail, submit } from "../../supabase/tests/verbs.ts";
import type { StepWork } from "../../supabase/functions/_shared/transitions/steps.ts";
import type { Session } from "../../supabase/tests/test_database.ts";
import { untilWaiting } from "./races.ts";

/** Every verb that moves a film, and what it answers when nobody is in its way. */
const VERBS: Record<string, (session: Session, work: StepWork) => Promise<unknown>> = {
  "record_submission": ({ db }, work) => submit(db, work),
  "record_answer completed": ({ db }, work) => complete(db, work),
  "record_answer failed": ({ db }, work) => fail(db, work),
  "receive_callback": ({ db }, work) => callback(db, work),
  "cancel_project": async ({ sql }, work) =>
    await sql`select public.cancel_project(${work.project_id})`,
  "pause_project": async ({ sql }, work) =>
    await sql`select public.pause_project(${work.project_id})`,
};

for (const [name, verb] of Object.entries(VERBS)) {
  Deno.test(
    `${name} waits for the project first, and holds nothing below it meanwhile`,
    onDatabase(async ({ sql, aClaimedClip, openSession }) => {
      const work = await aClaimedClip();
      const [holder, session] = [await openSession(), await openSession()];
      await holder.sql`reset role`;
      await holder.sql`begin`;
      await holder.sql`select private.lock_project(${work.project_id})`;

      const waiting = verb(session, work);
      await untilWaiting(sql, session);
      const free = await holder.sql`
        select (select count(*) from (select from private.attempts for update nowait) as a)
          + (select count(*) from (select from private.steps for update nowait) as s)
          + (select count(*) from (select from public.video_chunks for update nowait) as c)
          + (select count(*) from (select from public.scenes for update nowait) as d) as rows`;
      await holder.sql`commit`;

      assert.equal(Number(free[0]?.rows), 4);
      await waiting;
    }),
  );
}
