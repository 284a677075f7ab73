import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { applyMigrations } from "../../local/postgres/migrations.ts";
import { type FilmStack, onStack } from "./film_stack.ts";

/*
 * Functions and migrations are not deployed in one moment: the functions of this release meet the
 * schema of the first one, and the newest arrives while films are being made.
 */

const MIGRATIONS = fileURLToPath(new URL("../../supabase/migrations/", import.meta.url));
const FIRST = "20261122021502_first_film.sql";
const SCENES = [{ prompt: "one" }, { prompt: "two" }, { prompt: "three", continuity: "cut" }];
/** A migration that meets a film at work may be the victim of a deadlock, and is applied again. */
const TRIES = 5;

/** As long as a migration can take while a film is being made. */
const SLOW = { slowMs: 2000 };

Deno.test("today's functions make a film on the first schema, and the next schemas find it whole", async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "reelay-first-schema-" });
  try {
    await Deno.copyFile(`${MIGRATIONS}${FIRST}`, `${folder}/${FIRST}`);
    await onStack(
      async (stack) => {
        await completes(stack, await stack.order(SCENES));
        const applied = await stack.sql`select version from supabase_migrations.schema_migrations`;
        assert.equal(applied.length, 1, "only the first migration is there");

        const stopBeingSlow = stack.fal.behave(SLOW);
        const under = await stack.order(SCENES);
        await hasBegun(stack, under);
        await migrate(stack);
        stopBeingSlow();

        await completes(stack, under);
        await completes(stack, await stack.order(SCENES));
        assert.deepEqual([...await stack.sql`select * from private.check_invariants()`], []);
        assert.equal(clipsOf(stack).length, 3 * SCENES.length, "no clip was paid for twice");
      },
      {},
      { migrations: folder },
    )(t);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

async function completes(stack: FilmStack, taskId: string): Promise<void> {
  const { type, error } = await stack.ended(taskId);
  assert.deepEqual([type, error], ["video.generation.completed", null]);
  await stack.settled();
}

/** Resolves when fal has taken a clip of this film, and none has come back. */
async function hasBegun({ sql }: FilmStack, taskId: string): Promise<void> {
  for (;;) {
    const [film] = await sql`select status from public.projects where project_id = ${taskId}`;
    if (film?.status === "generating") return;
    assert.equal(film?.status, "queued");
  }
}

async function migrate({ sql }: FilmStack): Promise<void> {
  for (let tries = 1;; tries++) {
    try {
      const applied = await applyMigrations(sql, MIGRATIONS);
      assert(applied.length > 0 || tries > 1, "there are later migrations");
      return;
    } catch (error) {
      if (tries === TRIES || !/deadlock|lock timeout/.test(String(error))) throw error;
    }
  }
}

function clipsOf({ fal }: FilmStack) {
  return fal.requests.filter(({ endpoint, billed }) => billed && /-to-video/.test(endpoint));
}
