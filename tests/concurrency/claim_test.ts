import assert from "node:assert/strict";
import { onDatabase } from "../../supabase/tests/given.ts";
import {
  attemptsOf,
  brokenInvariants,
  only,
  projectOf,
  stepsOf,
} from "../../supabase/tests/look.ts";
import { changeProject } from "../../supabase/functions/_shared/management/films.ts";
import {
  claim,
  claimDeliveries,
  complete,
  fail,
  moveClock,
  outliveLeases,
  setSetting,
  submit,
} from "../../supabase/tests/verbs.ts";
import { collide, untilWaiting } from "./races.ts";

Deno.test(
  "four runners claiming at the same moment share the steps: each goes to one of them",
  onDatabase(async ({ sql, aProject, openSession }) => {
    await aProject({ scenes: Array(20).fill("cut") });
    await aProject({ scenes: Array(20).fill("cut"), video_id: "video-2", user_id: "user-2" });
    const sessions = await Promise.all(Array.from({ length: 4 }, () => openSession()));

    const claimed: string[] = [];
    while (claimed.length < 40) {
      const works = await Promise.all(sessions.map(({ db }) => claim(db, { limit: 5 })));
      claimed.push(...works.flat().map(({ step_id }) => step_id));
    }

    assert.equal(new Set(claimed).size, 40);
    const attempts = await sql`select count(*)::int as n from private.attempts`;
    assert.equal(only(attempts).n, 40);
  }),
);

Deno.test(
  "two runners never get one step: the second does not wait, and finds nothing",
  onDatabase(async ({ aProject, openSession }) => {
    await aProject();
    const [one, two] = [await openSession(), await openSession()];

    await one.sql`begin`;
    const first = await claim(one.db);
    const second = await claim(two.db);
    await one.sql`commit`;

    assert.deepEqual([first.length, second.length], [1, 0]);
    assert.deepEqual(await claim(two.db), []);
  }),
);

Deno.test(
  "two runners never get one delivery",
  onDatabase(async ({ db, aFilmToStore, openSession }) => {
    await complete(db, await aFilmToStore());
    const [one, two] = [await openSession(), await openSession()];

    await one.sql`begin`;
    const first = await claimDeliveries(one.db);
    const second = await claimDeliveries(two.db);
    await one.sql`commit`;

    assert.deepEqual([first.length, second.length], [1, 0]);
  }),
);

Deno.test(
  "a runner that rolls its claim back leaves the step to the next one",
  onDatabase(async ({ db, sql, aProject, openSession }) => {
    await aProject();
    const one = await openSession();

    await one.sql`begin`;
    await claim(one.db);
    await one.sql`rollback`;

    const work = only(await claim(db));
    assert.deepEqual([work.mode, work.attempt.number], ["start", 1]);
    assert.equal((await attemptsOf(sql, work.step_id)).length, 1);
  }),
);

Deno.test(
  "a limit of one in flight holds when two runners claim at the same moment",
  onDatabase(async ({ sql, aProject, openSession }) => {
    await aProject({ scenes: ["cut", "cut", "cut"] });
    await sql`update private.providers set max_in_flight = 1 where name = 'fal'`;
    const [one, two] = [await openSession(), await openSession()];

    const [first, second] = await collide(
      sql,
      [one, () => claim(one.db)],
      [two, () => claim(two.db)],
    );

    assert.deepEqual([first.length, second.length], [1, 0]);
  }),
);

Deno.test(
  "a film that fails while its sibling is being claimed cancels what was claimed",
  onDatabase(async ({ db, sql, aProject, openSession }) => {
    const projectId = await aProject({ scenes: ["cut", "cut"] });
    const [failing] = await claim(db, { limit: 1 });
    assert(failing);
    const [one, two] = [await openSession(), await openSession()];

    const [claimed] = await collide(
      sql,
      [one, () => claim(one.db)],
      [two, () => fail(two.db, failing)],
    );

    const work = only(claimed);
    assert.equal(only(await attemptsOf(sql, work.step_id)).status, "cancelled");
    assert.equal(await complete(db, work), "stale");
    assert.equal((await projectOf(sql, projectId)).status, "failed");
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a claim during the failure of a film finds nothing of it to do",
  onDatabase(async ({ db, sql, aProject, openSession }) => {
    const projectId = await aProject({ scenes: ["cut", "cut"] });
    const [failing] = await claim(db, { limit: 1 });
    assert(failing);
    const [one, two] = [await openSession(), await openSession()];

    await one.sql`begin`;
    await fail(one.db, failing);
    const during = await claim(two.db);
    await one.sql`commit`;

    assert.deepEqual([...during, ...await claim(two.db)], []);
    assert.deepEqual(await stepsOf(sql, projectId), [
      "generate_clip failed",
      "generate_clip cancelled",
    ]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a claim lets steps be whose tries are used up while somebody holds their film: they hide no others",
  onDatabase(async ({ sql, db, aProject, openSession }) => {
    const held = await aProject({ scenes: ["cut", "cut", "cut"] });
    for (const work of await claim(db)) await submit(db, work);
    await changeProject(db, "cancel", { projectId: held, reason: null });
    await setSetting(sql, "max_attempts", 1);
    assert.equal((await claim(db)).length, 3);
    await outliveLeases(sql);
    const other = await aProject({ video_id: "video-2", user_id: "user-2" });
    const holder = await openSession();
    await holder.sql`reset role`;
    await holder.sql`begin`;
    await holder.sql`select private.lock_project(${held})`;

    const works = [];
    for (let n = 0; n < 4; n++) works.push(...await claim(db, { limit: 2 }));
    await holder.sql`commit`;

    assert.deepEqual(works.map(({ project_id }) => project_id), [other]);
    await moveClock(sql, 3);
    await claim(db);
    assert.deepEqual(
      (await sql`select distinct status from private.steps where kind = 'cancel_request'`).map((
        { status },
      ) => status),
      ["failed"],
    );
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "two claims that end steps of the same two films do not wait for each other",
  onDatabase(async ({ sql, db, aProject, openSession }) => {
    const films = [
      await aProject({ scenes: ["cut", "cut"] }),
      await aProject({ scenes: ["cut", "cut"], video_id: "video-2", user_id: "user-2" }),
    ];
    await claim(db, { announced: ["fal"] });
    await setSetting(sql, "max_attempts", 1);
    await outliveLeases(sql);
    // Each film's first step comes before any film's second one.
    await sql`
      update private.steps
      set due_at = due_at - make_interval(secs => (3 - scenes.position))
      from public.scenes
      where scenes.scene_id = steps.scene_id`;
    const [holder, one, two] = [await openSession(), await openSession(), await openSession()];
    await holder.sql`reset role`;
    await holder.sql`begin`;
    await holder.sql`select 1 from public.scenes order by position for update`;

    const first = claim(one.db, { limit: 2, announced: ["fal"] });
    await untilWaiting(sql, one);
    const second = claim(two.db, { limit: 4, announced: ["fal"] }).catch((error) => error);
    await Promise.race([second, untilWaiting(sql, two)]);
    await holder.sql`commit`;

    assert.deepEqual(await Promise.all([first, second]), [[], []]);
    for (let n = 0; n < 2; n++) {
      await moveClock(sql, 3);
      await claim(db, { announced: ["fal"] });
    }
    for (const film of films) assert.equal((await projectOf(sql, film)).status, "failed");
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);
