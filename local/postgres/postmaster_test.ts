import assert from "node:assert/strict";
import { WATCH } from "./postmaster.ts";
import { identifyProcess, waitForEnd } from "./process_identity.ts";

/** Seconds: a watcher that does not see the end would be waited for as long. */
const FOREVER = "600";

Deno.test("whoever watches an orphan sees that it has ended, though nobody reaps it", async () => {
  const folder = await Deno.makeTempDir({ prefix: "reelay-orphan-" });
  // What replaces the shell never asks about the shell's child.
  const parent = new Deno.Command("/bin/sh", {
    args: ["-c", "sleep 0 & echo $!; exec sleep 600"],
    stdout: "piped",
  }).spawn();
  try {
    const { value } = await parent.stdout.getReader().read();
    const orphan = Number(new TextDecoder().decode(value));
    assert(await waitForEnd(orphan, 10_000));

    // It has removed postmaster.pid, as Postgres does last; then another one has written its own.
    await watch(orphan, folder);
    await Deno.writeTextFile(`${folder}/postmaster.pid`, `1\n${folder}\n`);
    await watch(orphan, folder);
  } finally {
    parent.kill("SIGKILL");
    await parent.stdout.cancel().catch(() => {});
    await parent.status;
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("an orphan that takes no fast stop is ended all the same, when its time is over", async () => {
  const folder = await Deno.makeTempDir({ prefix: "reelay-orphan-" });
  const stubborn = new Deno.Command("/bin/sh", {
    args: [
      "-c",
      `trap "" INT; echo $$ > "$0/postmaster.pid"; echo; while :; do sleep 1; done`,
      folder,
    ],
    stdout: "piped",
  }).spawn();
  try {
    const reader = stubborn.stdout.getReader();
    await reader.read();
    await reader.cancel();

    await watch(stubborn.pid, folder, "1");

    assert.equal((await stubborn.status).signal, "SIGQUIT");
    assert.equal(await identifyProcess(stubborn.pid), null);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Resolves when the watcher has ended. */
async function watch(pid: number, folder: string, patience = FOREVER): Promise<void> {
  const { code } = await new Deno.Command("/bin/sh", {
    args: ["-c", WATCH, "sh", String(pid), folder, patience, ""],
    stdin: "null",
    stdout: "null",
    stderr: "null",
    signal: AbortSignal.timeout(30_000),
  }).output();
  assert.notEqual(code, 143, "it was waited for in vain");
}
