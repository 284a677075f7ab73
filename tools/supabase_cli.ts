import { join } from "node:path";
import { installNpmPackage } from "./npm_package.ts";

/** The release that the migrations and the deployment are proven with. */
const SUPABASE_CLI = "3.1.0";

/** No real token: the shape that the CLI insists on. */
export const ACCESS_TOKEN = `sbp_${"0".repeat(40)}`;

export type CliResult = { code: number; stdout: string; stderr: string };

/**
 * Runs the real Supabase CLI without a terminal, without telemetry and with a home folder of its
 * own, so that nobody's login or linked project is touched. It needs neither Docker nor a network.
 *
 * @param args e.g. `["db", "push", "--remote=postgresql://...?sslmode=disable", "--yes"]`
 * @param workdir the folder that holds `supabase/`.
 */
export async function runSupabase(
  args: string[],
  { workdir, env = {} }: { workdir: string; env?: Record<string, string> },
): Promise<CliResult> {
  const binary = await supabaseBinary();
  const home = await Deno.makeTempDir({ prefix: "reelay-cli-" });
  try {
    const output = await new Deno.Command(binary, {
      args: [...args, "--workdir", workdir, "--agent", "no"],
      cwd: workdir,
      env: { ...env, HOME: home, SUPABASE_TELEMETRY_DISABLED: "1", NO_COLOR: "1" },
      stdin: "null",
    }).output();
    const text = new TextDecoder();
    return {
      code: output.code,
      stdout: text.decode(output.stdout),
      stderr: text.decode(output.stderr),
    };
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

/** Writes a profile by which the CLI takes this address for Supabase's API; its path. */
export async function writeLoopbackProfile(folder: string, apiUrl: string): Promise<string> {
  const path = join(folder, "profile.yaml");
  const lines = [
    "name: loopback",
    `api_url: ${apiUrl}`,
    `dashboard_url: ${apiUrl}`,
    "project_host: localhost",
  ];
  await Deno.writeTextFile(path, lines.join("\n"));
  return path;
}

/**
 * The package `supabase` names one platform package that the registry lacks, and Deno refuses it
 * for that; the platform package holds the whole CLI as one executable.
 */
export async function supabaseBinary(): Promise<string> {
  const arch = Deno.build.arch === "aarch64" ? "arm64" : "x64";
  const folder = await installNpmPackage({
    name: `@supabase/cli-${Deno.build.os}-${arch}`,
    version: SUPABASE_CLI,
  });
  return join(folder, "bin", Deno.build.os === "windows" ? "supabase.exe" : "supabase");
}
