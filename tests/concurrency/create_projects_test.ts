import assert from "node:assert/strict";
import { z } from "zod";
import {
  CreatedProject,
  createProject,
  type Job,
} from "../../supabase/functions/_shared/transitions/projects.ts";
import { onDatabase } from "../../supabase/tests/given.ts";
import { jobOf } from "../../supabase/tests/job_of.ts";
import type { Session } from "../../supabase/tests/test_database.ts";
import { collide } from "./races.ts";

const Answers = z.array(CreatedProject.nullable());

const createProjects = ({ db }: Session, jobs: Job[]) =>
  db.call("create_projects", { p_jobs: jobs }, Answers);

const outcomes = (answers: z.infer<typeof Answers>) => answers.map((one) => one?.outcome ?? null);

/** Jobs with these keys; each names another video in each call, so that only keys can collide. */
const jobsOf = (call: string, keys: string[]) =>
  keys.map((key) => jobOf({ video_id: `${call}-${key}`, idempotency_key: key }));

const KEYS = Array.from({ length: 40 }, (_, i) => `key-${i + 10}`);

Deno.test(
  "two calls with the same keys in opposite order take each job once, and none waits for ever",
  onDatabase(async ({ sql, openSession }) => {
    const [one, two] = [await openSession(), await openSession()];

    for (let round = 0; round < 10; round++) {
      const keys = KEYS.map((key) => `${round}-${key}`);
      const answers = await Promise.all([
        createProjects(one, jobsOf("one", keys)),
        createProjects(two, jobsOf("two", keys.toReversed())),
      ]);
      assert.equal(outcomes(answers.flat()).filter((one) => one === "created").length, keys.length);
    }

    assert.equal((await sql`select from public.projects`).length, 10 * KEYS.length);
    assert.deepEqual([...await sql`select * from private.check_invariants()`], []);
  }),
);

Deno.test(
  "a call waits for a single job with one of its keys, and takes the rest",
  onDatabase(async ({ sql, openSession }) => {
    const [one, two] = [await openSession(), await openSession()];
    const [single = jobOf()] = jobsOf("single", ["key-20"]);

    const [first, answers] = await collide(
      sql,
      [one, () => createProject(one.db, single)],
      [two, () => createProjects(two, jobsOf("many", KEYS))],
    );

    assert.equal(first.outcome, "created");
    assert.deepEqual(
      outcomes(answers),
      KEYS.map((key) => key === "key-20" ? null : "created"),
    );
  }),
);

Deno.test(
  "a single job waits for a call that has its key, and is its duplicate then",
  onDatabase(async ({ sql, openSession }) => {
    const [one, two] = [await openSession(), await openSession()];
    const jobs = jobsOf("many", KEYS);

    const [answers, single] = await collide(
      sql,
      [one, () => createProjects(one, jobs)],
      [two, () => createProject(two.db, jobs[3] ?? jobOf())],
    );

    assert.deepEqual(single, { ...answers[3], outcome: "duplicate", execution_mode: null });
    assert.equal((await sql`select from public.projects`).length, KEYS.length);
  }),
);

Deno.test(
  "a video whose versions somebody counts just now is left alone, and nobody is waited for",
  onDatabase(async ({ sql, openSession }) => {
    const [one, two] = [await openSession(), await openSession()];
    await one.sql`begin`;
    await createProject(one.db, jobOf({ video_id: "busy" }));

    const answers = await createProjects(two, [
      jobOf({ video_id: "free" }),
      jobOf({ video_id: "busy" }),
    ]);
    await one.sql`commit`;

    assert.deepEqual(outcomes(answers), ["created", null]);
    const [film] = await sql`select version from public.projects where video_id = 'free'`;
    assert.equal(film?.version, 1);
  }),
);
