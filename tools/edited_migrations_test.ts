import assert from "node:assert/strict";
import { join } from "node:path";
import { findEditedMigrations } from "./edited_migrations.ts";

async function git(root: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("git", {
    args: ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args],
    cwd: root,
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

/** A checkout with two committed migrations. */
async function withCheckout(check: (root: string, folder: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir();
  const folder = join(root, "supabase/migrations");
  try {
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(join(folder, "1_a.sql"), "select 1;\n");
    await Deno.writeTextFile(join(folder, "2_b.sql"), "select 2;\n");
    await git(root, "init", "-q");
    await git(root, "add", ".");
    await git(root, "commit", "-qm", "add migrations");
    await check(root, folder);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("a new migration is no edit", async () => {
  await withCheckout(async (root, folder) => {
    await Deno.writeTextFile(join(folder, "3_c.sql"), "select 3;\n");
    await git(root, "add", ".");

    assert.deepEqual(await findEditedMigrations(root), []);
  });
});

Deno.test("a changed, a renamed and a removed migration are edits", async () => {
  await withCheckout(async (root, folder) => {
    await Deno.writeTextFile(join(folder, "1_a.sql"), "select 0;\n");
    await Deno.rename(join(folder, "2_b.sql"), join(folder, "3_b.sql"));
    await git(root, "add", ".");

    assert.deepEqual(await findEditedMigrations(root), [
      "supabase/migrations/1_a.sql",
      "supabase/migrations/2_b.sql",
    ]);
  });
});

Deno.test("without a git history there is nothing to compare with", async () => {
  const root = await Deno.makeTempDir();
  try {
    assert.equal(await findEditedMigrations(root), null);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
