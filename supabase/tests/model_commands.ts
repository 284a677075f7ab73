import assert from "node:assert/strict";
import fc from "fast-check";
import { changeProject } from "../functions/_shared/management/films.ts";
import { byClaim, NOTHING, wrongWork } from "./machine_rules.ts";
import { FINAL } from "./machine_state.ts";
import { Command } from "./model.ts";
import {
  announce,
  answers,
  broke,
  call,
  callbacks,
  done,
  isOutside,
  onWork,
  progress,
  record,
  wasTaken,
  withdraw,
} from "./model_deeds.ts";
import { claim, moveClock } from "./verbs.ts";

const order = fc.record({
  scenes: fc.array(fc.constantFrom("last_frame" as const, "cut" as const), {
    minLength: 1,
    maxLength: 3,
  }),
  clips: fc.integer({ min: 1, max: 2 }),
}).map((job) =>
  new Command(`order ${JSON.stringify(job)}`, async (_model, { aProject }) => {
    await aProject(job);
    return NOTHING;
  }, false)
);

const claims = fc.record({ limit: fc.integer({ min: 1, max: 4 }), announces: fc.boolean() })
  .map(({ limit, announces }) =>
    new Command(
      `claim ${limit}${announces ? " announcing" : ""}`,
      async (model, { db }, before) => {
        const works = await claim(db, { limit, announced: announces ? ["fal"] : [] });
        model.works.push(...works);
        assert.deepEqual(wrongWork(before, works), []);
        return byClaim(before);
      },
      false,
    )
  );

const time = fc.constantFrom(1, 16, 61, 91, 301, 601, 3600, 86_401).map((seconds) =>
  new Command(`wait ${seconds}`, async (_model, { sql }) => {
    await moveClock(sql, seconds);
    return NOTHING;
  }, false)
);

const sweep = fc.constant(
  new Command("sweep", async (_model, { sql }) => {
    await sql`select private.sweep()`;
    return NOTHING;
  }, false),
);

function verbs(verb: "cancel" | "pause" | "resume") {
  return onWork(verb, () => true, async ({ project_id: projectId }, _model, given, before) => {
    const status = before.films.get(projectId) ?? "";
    const refuses = verb === "cancel"
      ? ["completed", "failed"].includes(status)
      : FINAL.includes(status);
    const work = changeProject(given.db, verb, { projectId, reason: null });
    if (refuses) await assert.rejects(work, new RegExp(`it is ${status}, and only`));
    else await work;
    return { attempts: new Set(), films: new Set([projectId]) };
  });
}

/** Everything that can be done to the machine; what happens often in life happens often here. */
export const COMMANDS: fc.Arbitrary<Command>[] = [
  order,
  ...Array(6).fill(claims),
  ...Array(3).fill(time),
  sweep,
  ...Array(3).fill(announce),
  withdraw,
  ...Array(4).fill(call),
  ...Array(4).fill(record),
  ...Array(4).fill(callbacks("done", "completed", false)),
  callbacks("failed, can pass", "failed", true),
  callbacks("failed for good", "failed", false),
  progress,
  ...Array(2).fill(
    answers(
      "answer done",
      (model, work) => wasTaken(model, work) ? work.mode === "ask" : !isOutside(work),
      done,
    ),
  ),
  answers("answer broke", (model, work) => work.mode === "start" && !wasTaken(model, work), broke),
  answers("answer lost", (_model, work) => isOutside(work) && work.mode === "lookup", () => ({
    state: "lost",
    message: "It is not listed",
  })),
  answers("answer unreachable", (_model, work) => work.mode === "ask", () => ({
    state: "unreachable",
    message: "HTTP 502",
  })),
  verbs("cancel"),
  verbs("pause"),
  verbs("resume"),
];
