import type { Sql } from "postgres";
import { z } from "zod";
import {
  changeProject,
  regenerateScene,
  selectTake,
} from "../../supabase/functions/_shared/management/films.ts";
import { createProject } from "../../supabase/functions/_shared/transitions/projects.ts";
import type { StepWork } from "../../supabase/functions/_shared/transitions/steps.ts";
import { jobOf } from "../../supabase/tests/job_of.ts";
import type { Session } from "../../supabase/tests/test_database.ts";
import {
  callback,
  callbackOf,
  type CallbackOptions,
  claim,
  complete,
  fail,
  isDoneHere,
  moveClock,
  outputOf,
  submit,
} from "../../supabase/tests/verbs.ts";

/** What all sessions have in common. */
export interface World {
  /** A superuser's. */
  sql: Sql;
  random: () => number;
  /** All that was handed out, in order. */
  works: StepWork[];
  /** Attempts that their provider took, and those that it refused. */
  taken: Set<string>;
  refused: Set<string>;
}

/** One thing that may happen, in its time or out of turn. */
export type Move = (session: Session, world: World) => Promise<unknown>;

export function pick<T>({ random }: Pick<World, "random">, among: readonly T[]): T {
  const one = among[Math.floor(random() * among.length)];
  if (one === undefined) throw new Error("Cannot pick: there is nothing to pick from");
  return one;
}

const MUSIC = { prompt: "A waltz", model: "fal-ai/lyria2", volume: 0.25, ducking: false };

export const order: Move = ({ db }, world) => {
  const continuities = ["last_frame", "cut", "shared_keyframe", "last_frame"] as const;
  const job = jobOf({
    scenes: Array.from({ length: pick(world, [1, 2, 3]) }, () => pick(world, continuities)),
    clips: pick(world, [1, 1, 2]),
    video_id: pick(world, ["video-1", "video-2"]),
    is_revision: world.random() < 0.5,
    film_options: {
      speech_model: "fal-ai/kokoro/french",
      check_frames: world.random() < 0.3,
      ...(world.random() < 0.3 && { music: MUSIC }),
    },
    ...(world.random() < 0.3 && { reframe_to: "16:9" }),
    ...(world.random() < 0.3 && { max_cost_usd: pick(world, [1.5, 3, 50]) }),
    ...(world.random() < 0.2 && { stop_at: pick(world, ["storyboard", "stills"] as const) }),
  });
  for (const scene of job.scenes) if (world.random() < 0.3) scene.voice_over = "Once upon a time";
  return createProject(db, job);
};

const claims: Move = async ({ db }, world) => {
  world.works.push(...await claim(db, { limit: 1 + Math.floor(world.random() * 6) }));
};

/** On one of the works handed out last. */
export function onWork(deed: (session: Session, work: StepWork, world: World) => unknown): Move {
  return async (session, world) => {
    if (world.works.length > 0) await deed(session, pick(world, world.works.slice(-12)), world);
  };
}

const performs = onWork(async ({ db }, work, { taken, refused }) => {
  if (isDoneHere(work)) return await complete(db, work);
  if (work.mode !== "start" || refused.has(work.attempt.attempt_id)) return;
  taken.add(work.attempt.attempt_id);
  await submit(db, work);
});

const refuses = onWork(async ({ db }, work, { taken, refused }) => {
  if (work.mode !== "start" || taken.has(work.attempt.attempt_id)) return;
  refused.add(work.attempt.attempt_id);
  await fail(db, work, { retryable: true });
});

function callsBack(result: (work: StepWork) => CallbackOptions["result"]): Move {
  return onWork(async ({ db }, work, { taken }) => {
    if (isDoneHere(work) || !taken.has(work.attempt.attempt_id)) return;
    await callback(db, work, { delivery_id: crypto.randomUUID(), result: result(work) });
  });
}

const callsBackTogether: Move = async ({ db }, world) => {
  const works = world.works.slice(-12).filter((work) =>
    !isDoneHere(work) && world.taken.has(work.attempt.attempt_id) && world.random() < 0.6
  );
  const callbacks = works.map((work) => callbackOf(work, { delivery_id: crypto.randomUUID() }));
  await db.call("receive_callbacks", { p_callbacks: callbacks }, z.array(z.unknown()));
};

function verb(name: "cancel" | "pause" | "resume" | "retry" | "approve"): Move {
  return async ({ db }, world) => {
    const films = await world.sql`select project_id from public.projects order by project_id`;
    if (films.length === 0) return;
    await changeProject(db, name, { projectId: pick(world, films).project_id, reason: null });
  };
}

const takes: Move = async ({ db }, world) => {
  const scenes = await world.sql`select scene_id, prompt from public.scenes order by scene_id`;
  if (scenes.length === 0) return;
  const { scene_id } = pick(world, scenes);
  if (world.random() < 0.3) return await selectTake(db, scene_id, 1);
  const chunk = { model: "fal-ai/some-model", driver_video_url: null, audio_url: null };
  await regenerateScene(
    db,
    scene_id,
    pick(world, [
      {},
      { prompt: "Other words" },
      { image_url: "https://images.test/other.png" },
      { chunks: [{ ...chunk, prompt: "Longer", duration: 10 }] },
    ]),
  );
};

const time: Move = (_session, world) => moveClock(world.sql, pick(world, [1, 16, 61, 91, 301]));

const done = callsBack(() => ({ state: "completed" }));
const failed = (retryable: boolean) =>
  callsBack(() => ({ state: "failed", error: { message: "It broke", retryable } }));
const dearer = callsBack((work) => ({ output: { ...outputOf(work), cost_usd: 0.9 } }));

/** What happens often in life happens often here. */
export const MOVES: Move[] = [
  order,
  ...Array<Move>(6).fill(claims),
  ...Array<Move>(8).fill(performs),
  refuses,
  ...Array<Move>(7).fill(done),
  failed(true),
  failed(false),
  dearer,
  ...Array<Move>(3).fill(callsBackTogether),
  verb("cancel"),
  verb("pause"),
  ...Array<Move>(2).fill(verb("resume")),
  ...Array<Move>(2).fill(verb("retry")),
  ...Array<Move>(2).fill(verb("approve")),
  ...Array<Move>(2).fill(takes),
  ...Array<Move>(2).fill(time),
];
