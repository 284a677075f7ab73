import { equal, match } from "node:assert/strict";
import { openLogFile } from "./log_file.ts";

const now = () => new Date("2026-03-04T05:06:07.890Z");

async function inFolder(use: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "reelay-log-" });
  try {
    await use(`${folder}/deep/start.log`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a line is in the file at once, with its time, and each run goes on with it", () =>
  inFolder(async (path) => {
    const first = await openLogFile(path, { now });
    first.write('webhook: {"event":"job.received","project_id":"proj_1"}');
    equal(
      await Deno.readTextFile(path),
      '2026-03-04T05:06:07.890Z webhook: {"event":"job.received","project_id":"proj_1"}\n',
    );
    first.close();

    const second = await openLogFile(path, { now });
    second.write("two\nlines");
    second.close();
    match(await Deno.readTextFile(path), /proj_1.*\n.* two\\nlines\n$/);
  }));

Deno.test("no token is written, and nobody else may read the file", () =>
  inFolder(async (path) => {
    const file = await openLogFile(path, { now });
    file.write("POST http://127.0.0.1/fal-webhook?token=s3cret");
    file.close();

    match(await Deno.readTextFile(path), /fal-webhook\?token=\*\*\*\n/);
    equal((await Deno.stat(path)).mode, 0o100600);
  }));

Deno.test("a file that has grown large is put aside by the next run", () =>
  inFolder(async (path) => {
    for (let run = 0; run < 3; run++) {
      const file = await openLogFile(path, { now, largest: 50 });
      file.write(`run ${run} ${"x".repeat(run === 0 ? 100 : 0)}`);
      file.close();
    }

    match(await Deno.readTextFile(`${path}.1`), /run 0/);
    match(await Deno.readTextFile(path), /run 1 \n.*run 2 \n$/);
  }));
