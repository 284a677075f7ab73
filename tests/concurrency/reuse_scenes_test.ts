import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { regenerateScene } from "../../supabase/functions/_shared/management/films.ts";
import { createProject } from "../../supabase/functions/_shared/transitions/projects.ts";
import { aFilm, sceneIdsOf } from "../../supabase/tests/drive.ts";
import { onDatabase } from "../../supabase/tests/given.ts";
import { jobOf } from "../../supabase/tests/job_of.ts";
import { chunksOf, only } from "../../supabase/tests/look.ts";
import { untilWaiting } from "./races.ts";

Deno.test(
  "a revision keeps the clips that it found, though a new take of them is begun while it is written down",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const filmId = await aFilm(given);
    const { kling_video_url } = only(await chunksOf(sql, filmId));
    const [sceneId = ""] = await sceneIdsOf(sql, filmId);
    const [revising, other] = [await given.openSession(), await given.openSession()];

    await other.sql`select pg_advisory_lock(${GATE})`;
    await revising.sql`begin`;
    await waitWhileLooking(revising.sql, sceneId);
    const revision = createProject(revising.db, jobOf({ is_revision: true }));
    await untilWaiting(sql, revising);
    await regenerateScene(db, sceneId, {});
    await other.sql`select pg_advisory_unlock(${GATE})`;

    const { project_id } = await revision;
    const kept = only(await chunksOf(revising.sql, project_id));
    await revising.sql`rollback`;
    assert.deepEqual([kept.status, kept.kling_video_url], ["COMPLETED", kling_video_url]);
  }),
);

const GATE = 4711;

/** In this transaction, whoever looks whether that scene can be reused waits at the gate, in the midst of its look. */
async function waitWhileLooking(sql: Sql, sceneId: string): Promise<void> {
  await sql.unsafe(`
    reset role;
    alter function private.scene_input(text) rename to scene_input_itself;
    create function private.scene_input(p_scene_id text) returns jsonb language plpgsql stable set search_path = '' as $$
    begin
      -- Not for the new scene, which is looked at before the look itself, by the planner.
      if p_scene_id = '${sceneId}' then
        perform pg_catalog.pg_advisory_xact_lock_shared(${GATE});
      end if;
      return private.scene_input_itself(p_scene_id);
    end;
    $$`);
}
