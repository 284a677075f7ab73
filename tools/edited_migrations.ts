/**
 * Names migrations that were changed, renamed or removed since the last commit: they may have run
 * somewhere already, so only new ones may come.
 *
 * @returns null where there is no git history to ask.
 */
export async function findEditedMigrations(root: string): Promise<string[] | null> {
  const git = new Deno.Command("git", {
    args: [
      "diff",
      "--name-only",
      "--no-renames",
      "--diff-filter=MDT",
      "HEAD",
      "--",
      "supabase/migrations",
    ],
    cwd: root,
    stdin: "null",
  });
  try {
    const { success, stdout } = await git.output();
    if (!success) return null;
    return new TextDecoder().decode(stdout).split("\n").filter((path) => path !== "");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
