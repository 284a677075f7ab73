import { startManagementApi, type Upload } from "./management_api.ts";
import { ACCESS_TOKEN, runSupabase, writeLoopbackProfile } from "./supabase_cli.ts";

const PROJECT_REF = "abcdefghijklmnopqrst";

/**
 * Deploys every function below `root` with the real CLI to a stand-in on loopback.
 *
 * @returns what each function's upload held, by name, and what the CLI said.
 * @throws {Error} when the CLI refuses.
 */
export async function uploadFunctions(
  root: string,
): Promise<{ uploads: Upload[]; warnings: string[] }> {
  const api = startManagementApi();
  const folder = await Deno.makeTempDir({ prefix: "reelay-profile-" });
  try {
    const profile = await writeLoopbackProfile(folder, api.url);
    const { code, stdout, stderr } = await runSupabase(
      [
        "functions",
        "deploy",
        "--use-api",
        `--remote=${PROJECT_REF}`,
        "--profile",
        profile,
        "--yes",
      ],
      { workdir: root, env: { SUPABASE_ACCESS_TOKEN: ACCESS_TOKEN } },
    );
    if (code !== 0) throw new Error(`Cannot deploy functions: ${stdout}${stderr}`);

    return {
      uploads: api.uploads.toSorted((a, b) => a.name.localeCompare(b.name)),
      warnings: stderr.split("\n").filter((line) => line.startsWith("WARN")),
    };
  } finally {
    await api.stop();
    await Deno.remove(folder, { recursive: true });
  }
}
