import { join } from "node:path";
import { startCluster } from "../../local/postgres/cluster.ts";
import { startManagementApi } from "../management_api.ts";
import { PROJECT_ROOT } from "../project_root.ts";
import { ACCESS_TOKEN, supabaseBinary, writeLoopbackProfile } from "../supabase_cli.ts";

/** A new project in a cloud on this machine: the real CLI, a stand-in API, a real database. */
export type Cloud = AsyncDisposable & {
  /** For a shell: `supabase` is the real CLI and reaches the stand-in. */
  env: Record<string, string>;
};

export async function openCloud(): Promise<Cloud> {
  await using started = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "reelay-docs-" });
  started.defer(() => Deno.remove(folder, { recursive: true }));
  const api = started.adopt(startManagementApi(), (api) => api.stop());
  const cluster = started.adopt(
    await startCluster({ port: 0, settings: { fsync: "off" } }),
    (cluster) => cluster.stop(),
  );
  const profile = await writeLoopbackProfile(folder, api.url);
  const command = [
    "#!/bin/sh",
    `exec "${await supabaseBinary()}" "$@" --profile "${profile}" --workdir "${PROJECT_ROOT}" --agent no --yes < /dev/null`,
  ].join("\n");
  await Deno.writeTextFile(join(folder, "supabase"), `${command}\n`, { mode: 0o755 });

  const running = started.move();
  return {
    env: {
      PATH: `${folder}:${Deno.env.get("PATH") ?? ""}`,
      HOME: folder,
      NO_COLOR: "1",
      SUPABASE_TELEMETRY_DISABLED: "1",
      SUPABASE_ACCESS_TOKEN: ACCESS_TOKEN,
      DATABASE_URL: `${cluster.url}?sslmode=disable`,
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
