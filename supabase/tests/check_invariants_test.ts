import assert from "node:assert/strict";
import { onDatabase } from "./given.ts";
import { brokenInvariants } from "./look.ts";

Deno.test(
  "check_invariants names each broken promise and the row that breaks it",
  onDatabase(async ({ sql, aSubmittedClip }) => {
    const work = await aSubmittedClip();
    assert.deepEqual(await brokenInvariants(sql), []);
    const { scene_id, chunk_id } = work.attempt.input;
    const { step_id, project_id } = work;
    const { attempt_id } = work.attempt;
    const breaches: [string, string[]][] = [
      [
        `update private.steps set status = 'completed'`,
        [
          `a finished step has no open attempt: ${attempt_id}`,
          `an unfinished project has an open step: ${project_id}`,
        ],
      ],
      [
        `update private.attempts set status = 'failed', ended_at = now()`,
        [`a waiting step has an open attempt: ${step_id}`],
      ],
      [
        `update public.scenes set status = 'completed', video_url = 'x'`,
        [`a completed scene has only completed chunks: ${chunk_id}`],
      ],
      [
        `insert into private.attempts (step_id, number, provider, input, input_hash)
         values ('${step_id}', 2, 'fal', '{}', '')`,
        [`a step has one open attempt at most: ${step_id}`],
      ],
      [
        `set local session_replication_role = replica;
         update public.projects set status = 'cancelled'`,
        [
          `a finished project has no open scene: ${scene_id}`,
          `a finished project has no open chunk: ${chunk_id}`,
          `a finished project has no open step but to give requests up: ${step_id}`,
        ],
      ],
    ];

    for (const [breach, expected] of breaches) {
      const found: string[] = [];
      await sql.begin(async (transaction) => {
        await transaction.unsafe(breach);
        const rows =
          await transaction`select invariant || ': ' || id as broken from private.check_invariants()`;
        found.push(...rows.map(({ broken }) => broken));
        await transaction`rollback and chain`;
      });
      for (const each of expected) {
        assert(found.includes(each), `${each}\nnot in\n${found.join("\n")}`);
      }
    }
  }),
);
