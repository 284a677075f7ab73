import type { Block } from "./read_blocks.ts";

export type Ran = { ok: true; blocks: number } | { ok: false; line: number; why: string };

const MARK = "::reelay-docs-block::";

/**
 * Runs a document's blocks in one bash, which stops at the first command that fails.
 *
 * @param env on top of the shell's own
 */
export async function runDocument(
  blocks: Block[],
  { cwd, env, signal }: { cwd: string; env: Record<string, string>; signal?: AbortSignal },
): Promise<Ran> {
  const script = blocks.map(({ text }, n) => `echo "${MARK}${n}"\n${text}\n`);
  const child = new Deno.Command("bash", {
    args: ["-c", ["set -euo pipefail", ...script, `echo "${MARK}${blocks.length}"`].join("\n")],
    cwd,
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal,
  });
  const output = await child.output();
  const text = new TextDecoder();
  const parts = text.decode(output.stdout).split(MARK).slice(1).map((part) =>
    part.slice(part.indexOf("\n") + 1)
  );
  const stderr = text.decode(output.stderr).trim().slice(-2000);

  for (const [n, { line, expects }] of blocks.entries()) {
    const said = parts[n] ?? "";
    if (parts.length <= n + 1) return { ok: false, line, why: `${said.slice(-2000)}\n${stderr}` };
    const missing = expects.find((words) => !said.includes(words));
    if (missing !== undefined) {
      return { ok: false, line, why: `its output has no ${missing}:\n${said.slice(-2000)}` };
    }
  }
  return { ok: true, blocks: blocks.length };
}
