import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { onDatabase } from "./given.ts";
import { brokenInvariants } from "./look.ts";
import { callback, callbackOf, claim, complete, moveClock, submit } from "./verbs.ts";
import { previewUserData } from "../functions/_shared/management/installation.ts";
import { receiveCallback } from "../functions/_shared/transitions/callbacks.ts";

type Deleted = Record<string, unknown> & { done: boolean; paths: string[] };

Deno.test(
  "delete_user_data leaves no row of a finished film, and says which files are to be removed",
  onDatabase(async ({ sql, db, aFilmToStore, aProject }) => {
    const work = await aFilmToStore();
    await receiveCallback(db, { ...callbackOf(work), source: "video", token: null });
    await complete(db, work);
    const kept = await aProject({ user_id: "user-2" });
    const older = `${work.project_id}/older.mp4`;
    await sql`insert into storage.objects (bucket_id, name) values ('films', ${older})`;
    const { film_path, thumbnail_path } = work.attempt.input;

    const deleted = await deleteUser(sql, "user-1");

    assert.deepEqual(deleted.paths, [film_path, thumbnail_path, older].sort());
    assert.equal(deleted.bucket, "films");
    assert.deepEqual([deleted.done, deleted.projects, deleted.cancelled], [true, 1, 0]);
    assert(Number(deleted.callbacks) > 0 && Number(deleted.media) > 0);
    assert.equal(deleted.deliveries, 1);
    for (const [table, columns] of PERSONAL) {
      const rows = await sql.unsafe(
        `select ${columns} from ${table} where project_id is distinct from '${kept}'`,
      );
      assert.deepEqual([...rows], table === "public.webhook_logs" ? [...await foreign(sql)] : []);
    }
    assert.equal((await sql`select from private.seen_deliveries`).length, 1, "another's");
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "preview_user_data counts what delete_user_data deletes, and changes nothing",
  onDatabase(async ({ sql, db, aFilmToStore, aProject }) => {
    const work = await aFilmToStore();
    await receiveCallback(db, { ...callbackOf(work), source: "video", token: null });
    await complete(db, work);
    await aProject({ video_id: "video-2" });
    await aProject({ user_id: "user-2" });

    const counted = await previewUserData(db, "user-1");
    assert.deepEqual(await previewUserData(db, "user-1"), counted);
    const { done, cancelled, paths, bucket: _, ...deleted } = await deleteUser(sql, "user-1");

    const beforeItsEndWasTold = Number(deleted.deliveries) - 1;
    assert.deepEqual(counted, {
      ...deleted,
      deliveries: beforeItsEndWasTold,
      unfinished: cancelled,
      files: paths.length,
    });
    assert.deepEqual([done, deleted.projects, cancelled], [true, 2, 1]);
  }),
);

Deno.test(
  "delete_user_data names captions, too, and forgets what was made beside the clips",
  onDatabase(async ({ sql, db, aFilmInStitching }) => {
    await aFilmInStitching({ film_options: { captions: "files" } });
    const works = await claim(db);
    for (const work of works) await complete(db, work);
    const path = works.find(({ step }) => step === "store_captions")?.attempt.input.path;
    assert(path);

    const deleted = await deleteUser(sql, "user-1");

    assert.deepEqual(
      [`${path}.srt`, `${path}.vtt`].filter((file) => !deleted.paths.includes(file)),
      [],
    );
    assert.deepEqual([...await sql`select * from private.film_parts`], []);
  }),
);

Deno.test(
  "delete_user_data cancels what is under way, and keeps it until its request is given up",
  onDatabase(async ({ sql, db, aSubmittedClip }) => {
    await aSubmittedClip();

    const first = await deleteUser(sql, "user-1");
    assert.deepEqual([first.done, first.projects, first.cancelled], [false, 0, 1]);
    const [giveUp] = await claim(db);
    assert.equal(giveUp?.step, "cancel_request");
    assert.equal((await deleteUser(sql, "user-1")).done, false);
    await complete(db, giveUp);
    const last = await deleteUser(sql, "user-1");

    assert.deepEqual([last.done, last.projects, last.cancelled], [true, 1, 0]);
    assert.equal((await sql`select from public.projects`).length, 0);
  }),
);

Deno.test(
  "delete_user_data deletes all versions of a video at once, and other videos meanwhile",
  onDatabase(async ({ sql, aSubmittedClip, aFilmToStore, db }) => {
    await complete(db, await aFilmToStore());
    await aSubmittedClip();
    await complete(db, await aFilmToStore({ video_id: "video-2" }));

    const first = await deleteUser(sql, "user-1");

    assert.deepEqual([first.done, first.projects, first.cancelled], [false, 1, 1]);
    const left = await sql`select video_id, version from public.projects order by version`;
    assert.deepEqual([...left], [
      { video_id: "video-1", version: 1 },
      { video_id: "video-1", version: 2 },
    ]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "delete_user_data waits for a call that was under way until its lease is over",
  onDatabase(async ({ sql, aClaimedClip }) => {
    await aClaimedClip();

    assert.equal((await deleteUser(sql, "user-1")).done, false);
    await moveClock(sql, 91);

    assert.equal((await deleteUser(sql, "user-1")).done, true);
  }),
);

Deno.test(
  "delete_user_data waits for nothing where it is told so",
  onDatabase(async ({ sql, aSubmittedClip }) => {
    await aSubmittedClip();
    const [row] = await sql<{ deleted: Deleted }[]>`
      select public.delete_user_data('user-1', p_waits => false) as deleted`;

    assert.deepEqual([row?.deleted.done, row?.deleted.cancelled], [true, 1]);
    assert.equal((await sql`select from private.steps`).length, 0);
  }),
);

Deno.test(
  "delete_user_data frees the ids of the user's callbacks: the same one is processed as a new one",
  onDatabase(async ({ sql, db, aSubmittedClip }) => {
    const work = await aSubmittedClip();
    await callback(db, work);
    await sql`select public.delete_user_data('user-1', p_waits => false)`;

    assert.equal((await sql`select from private.seen_deliveries`).length, 0);
    assert.equal((await callback(db, work)).outcome, "unknown", "its token is nobody's any more");
  }),
);

Deno.test(
  "delete_user_data deletes at most p_limit films, and says that there are more",
  onDatabase(async ({ sql, aProject }) => {
    for (const video of ["1", "2", "3"]) await aProject({ video_id: video });

    const [row] = await sql<{ deleted: Deleted }[]>`
      select public.delete_user_data('user-1', 2) as deleted`;
    assert.deepEqual([row?.deleted.done, row?.deleted.projects], [false, 2]);

    assert.deepEqual((await deleteUser(sql, "user-1")).done, true);
    assert.equal(
      (await deleteUser(sql, "user-1")).projects,
      0,
      "nothing is left, nothing is wrong",
    );
  }),
);

Deno.test(
  "delete_user_data cancels ten times p_limit in one call at most, and the rest in the next ones",
  onDatabase(async ({ sql, db, aProject }) => {
    for (let n = 0; n < 12; n++) await aProject({ video_id: `video-${n}` });
    for (const work of await claim(db)) await submit(db, work);

    const cancelled = [];
    for (let call = 0; call < 3; call++) {
      const [row] = await sql<{ deleted: Deleted }[]>`
        select public.delete_user_data('user-1', 1) as deleted`;
      cancelled.push(row?.deleted.cancelled);
    }

    assert.deepEqual(cancelled, [10, 2, 0]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "delete_user_data may be called by service_role alone",
  onDatabase(async ({ sql }) => {
    const rows = await sql`
      select role from unnest(array['anon', 'authenticated', 'service_role']) as role
      where has_function_privilege(role, 'public.delete_user_data(text, integer, boolean)', 'execute')`;
    assert.deepEqual(rows.map(({ role }) => role), ["service_role"]);
  }),
);

/** Every table that holds something about a project, and the key to look for. */
const PERSONAL = [
  ["public.projects", "project_id"],
  ["public.scenes", "scene_id"],
  ["public.video_chunks", "chunk_id"],
  ["public.media", "media_id"],
  ["public.webhook_logs", "webhook_log_id"],
  ["public.webhook_deliveries", "delivery_id"],
  ["public.pipeline_events", "event_id"],
  ["private.steps", "step_id"],
  ["private.job_requests", "project_id"],
] as const;

/** A callback of a sender that has nothing to do with the film. */
async function foreign(sql: Sql) {
  return await sql`select webhook_log_id from public.webhook_logs where source = 'video'`;
}

async function deleteUser(sql: Sql, userId: string): Promise<Deleted> {
  const [row] = await sql<{ deleted: Deleted }[]>`
    select public.delete_user_data(${userId}) as deleted`;
  assert(row);
  return row.deleted;
}
