import { join } from "node:path";
import { installNpmPackage } from "./npm_package.ts";

/** What hosted Supabase is compatible with. */
export const HOSTED_DENO = "2.1.4";
/** What the tools and the local stack run on. */
export const LOCAL_DENO = "2.9.6";

/** Returns the path of that exact Deno: the one that runs us where it is the same, else from npm. */
export async function denoBinary(version: string): Promise<string> {
  if (Deno.version.deno === version) return Deno.execPath();

  const folder = await installNpmPackage({ name: `@deno/${platform()}`, version });
  return join(folder, Deno.build.os === "windows" ? "deno.exe" : "deno");
}

function platform(): string {
  const arch = Deno.build.arch === "aarch64" ? "arm64" : "x64";
  if (Deno.build.os === "darwin") return `darwin-${arch}`;
  return Deno.build.os === "windows" ? `win32-${arch}` : `linux-${arch}-glibc`;
}

/**
 * What Deno 2.1.4 needs in its environment and 2.9.6 does not mind: certificates of the system, so
 * that packages install behind a proxy too, and no colours in what is read by a program.
 */
export const DENO_ENV = { DENO_TLS_CA_STORE: "system,mozilla", NO_COLOR: "1" };
