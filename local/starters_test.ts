import { deepEqual } from "node:assert/strict";
import { findStarters } from "./starters.ts";

/** Processes from the nearest upwards, numbered from 100. */
function chain(...commands: string[]) {
  return (pid: number) => {
    const command = commands[pid - 100];
    return Promise.resolve(
      command === undefined ? null : { parent: pid + 1, command: command.split(" ") },
    );
  };
}

Deno.test("with npx, everything up to npx itself started us, and the person's shell did not", async () => {
  const read = chain(
    "/cache/deno task start",
    "node /cache/.bin/deno task start",
    "sh -c deno task start",
    "npm exec deno@2.9.6 task start",
    "bash",
  );

  deepEqual(await findStarters(100, read), [100, 101, 102, 103]);
});

Deno.test("a shell below no runner may end without us, interactive or not", async () => {
  deepEqual(await findStarters(100, chain("-zsh")), []);
  deepEqual(await findStarters(100, chain("bash -c deno-run-start", "python3 harness.py")), []);
  deepEqual(await findStarters(100, chain("/usr/bin/deno task start", "bash -c x", "sshd")), [100]);
});
