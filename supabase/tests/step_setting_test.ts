import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { onDatabase } from "./given.ts";
import { projectOf, stepOf } from "./look.ts";
import { claim, moveClock, submit } from "./verbs.ts";
import { recordAnswer } from "../functions/_shared/transitions/steps.ts";

const OWN = "fal-ai/some-model";

Deno.test(
  "step_setting: a model's own deadline wins, and another model keeps the general one",
  onDatabase(async ({ sql, db, aClaimedClip }) => {
    await add(sql, `deadline_seconds.generate_clip.${OWN}`, 50);
    await add(sql, "deadline_seconds.generate_clip.fal-ai/another", 7);
    const work = await aClaimedClip();

    await submit(db, work);

    assert.equal(Math.round((await stepOf(sql, work.step_id)).due_in), 50);
    await sql`delete from private.settings where name = ${`deadline_seconds.generate_clip.${OWN}`}`;
    const other = await aClaimedClip({ video_id: "video-2" });
    await submit(db, other);
    assert.equal(Math.round((await stepOf(sql, other.step_id)).due_in), 600);
  }),
);

Deno.test(
  "step_setting: the timeline names the deadline that passed, once",
  onDatabase(async ({ sql, db, aSubmittedClip }) => {
    await add(sql, `deadline_seconds.generate_clip.${OWN}`, 50);
    const work = await aSubmittedClip();

    for (let round = 0; round < 3; round++) {
      await moveClock(sql, 51);
      const [ask] = await claim(db);
      assert.equal(ask?.mode, "ask");
      await recordAnswer(db, ask, { state: "in_progress" });
    }

    const overdue = await sql`
      select data from public.pipeline_events where type = 'attempt.overdue'`;
    assert.deepEqual(overdue.map(({ data }) => [data.deadline, data.seconds, data.attempt_id]), [
      [`deadline_seconds.generate_clip.${OWN}`, 50, work.attempt.attempt_id],
    ]);
  }),
);

Deno.test(
  "step_setting: a film that is given up names the model's limit",
  onDatabase(async ({ sql, db, aSubmittedClip }) => {
    await add(sql, `give_up_seconds.generate_clip.${OWN}`, 700);
    const work = await aSubmittedClip();
    await moveClock(sql, 701);
    const [ask] = await claim(db);
    assert(ask);

    await recordAnswer(db, ask, { state: "in_progress" });

    assert.equal(
      (await projectOf(sql, work.project_id)).error_message,
      `Scene 1: No result of generate_clip after 700 s (give_up_seconds.generate_clip.${OWN}): ` +
        "The provider did not finish in time",
    );
  }),
);

Deno.test(
  "step_setting raises for a kind of step without a figure",
  onDatabase(async ({ sql }) => {
    await assert.rejects(
      () => sql`select private.step_setting('deadline_seconds', 'paint', null)`,
      { code: "RL500", message: 'Cannot read setting "deadline_seconds.paint": no such setting' },
    );
  }),
);

async function add(sql: Sql, name: string, value: number): Promise<void> {
  await sql`
    insert into private.settings (name, value, description)
    values (${name}, to_jsonb(${value}::numeric), 'Of a test')`;
}
