import { deepEqual, equal, match } from "node:assert/strict";
import { createHmac } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { loadEnvironment } from "./env.ts";
import { waitForEnd } from "./postgres/process_identity.ts";
import { removeStackFolder } from "./stack_folder.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

type Ports = { apiPort: number; dbPort: number };
type Started = {
  /** What it has written, once it is ready or has ended. */
  output: string;
  /** Of everything that it has started. */
  children: number[];
  /** Sends the signal and waits for the exit code. */
  end(signal: Deno.Signal): Promise<number>;
  ended: Promise<number>;
};

/** Ports of its own for a test, and what is kept for them removed afterwards. */
async function withPorts(use: (ports: Ports) => Promise<void>): Promise<void> {
  const [apiPort, dbPort] = [findFreePort(), findFreePort()];
  try {
    await use({ apiPort, dbPort });
  } finally {
    const folder = join(ROOT, ".reelay", `${apiPort}-${dbPort}`);
    await removeStackFolder(folder);
    await Deno.remove(`${folder}.log`);
  }
}

/**
 * Below the ports that a system gives to whoever connects or takes any: what a test needs free again
 * after each of its starts stays free.
 */
function findFreePort(): number {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}

const DIRECTLY = ["run", "-A", "local/start.ts"];

async function start(
  { apiPort, dbPort }: Ports,
  { args = [], command = DIRECTLY }: { args?: string[]; command?: string[] } = {},
): Promise<Started> {
  const process = new Deno.Command(Deno.execPath(), {
    args: [...command, "--api-port", `${apiPort}`, "--db-port", `${dbPort}`, ...args],
    cwd: ROOT,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();

  let output = "";
  const { promise: isReady, resolve: ready } = Promise.withResolvers<void>();
  const reading = [process.stdout, process.stderr].map(async (stream) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      output += text;
      if (output.includes(`ready http://127.0.0.1:${apiPort}`)) ready();
    }
  });
  const ended = Promise.all([process.status, ...reading]).then(([{ code }]) => code);
  await Promise.race([isReady, ended]);

  return {
    output,
    children: await descendantsOf(process.pid),
    ended,
    async end(signal) {
      process.kill(signal);
      return await ended;
    },
  };
}

async function descendantsOf(pid: number): Promise<number[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-A", "-o", "pid=,ppid="] }).output();
  const pairs = new TextDecoder().decode(stdout).trim().split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const found = [pid];
  for (const parent of found) {
    for (const [child = 0, of] of pairs) if (of === parent) found.push(child);
  }
  return found.slice(1);
}

async function areGone(pids: number[], patience_ms: number): Promise<boolean> {
  return (await Promise.all(pids.map((pid) => waitForEnd(pid, patience_ms)))).every(Boolean);
}

async function query({ dbPort }: Ports, text: string): Promise<unknown[]> {
  const sql = postgres(`postgres://postgres:postgres@127.0.0.1:${dbPort}/postgres`, { max: 1 });
  try {
    return [...await sql.unsafe(text)];
  } finally {
    await sql.end();
  }
}

/** A callback that nothing here knows: it is verified, recorded and logged. */
async function askAtDoor({ apiPort }: Ports, task_id: string): Promise<void> {
  const env = await loadEnvironment({ root: ROOT, shell: {} });
  const body = JSON.stringify({ task_id, status: "failed", error: "Out of order" });
  const secret = env.STITCH_WEBHOOK_SECRET ?? "";
  const answer = await fetch(`http://127.0.0.1:${apiPort}/functions/v1/stitch-complete`, {
    method: "POST",
    headers: { "x-webhook-signature": createHmac("sha256", secret).update(body).digest("hex") },
    body,
  });
  equal((await answer.json()).outcome, "buffered");
}

async function logOf({ apiPort, dbPort }: Ports): Promise<string> {
  return await Deno.readTextFile(join(ROOT, ".reelay", `${apiPort}-${dbPort}.log`));
}

Deno.test("start is ready, refuses a second one on its ports, and ctrl-C ends all of it", async () => {
  await withPorts(async (ports) => {
    const first = await start(ports);
    match(first.output, /Post a first job/);
    // Postgres, its watcher and its own children, and six functions.
    equal(first.children.length > 8, true);

    const second = await start(ports, { args: ["--fresh"] });
    equal(await second.ended, 1);
    match(second.output, /Cannot listen on port \d+: another program is using it\n.*--api-port/);
    deepEqual(await query(ports, "select 1 as one"), [{ one: 1 }]);

    await askAtDoor(ports, "task_in_the_log");
    match(
      await logOf(ports),
      /ready http.*\n[^]*callback.received.*"request_id":"task_in_the_log"/,
    );

    equal(await first.end("SIGINT"), 0);
    equal(await areGone(first.children, 100), true);
  });
});

Deno.test("SIGKILL leaves no process, and the next start finds the data that were there", async () => {
  await withPorts(async (ports) => {
    const killed = await start(ports);
    await query(ports, "create table public.kept as select 1 as one");

    await killed.end("SIGKILL");
    equal(await areGone(killed.children, 8000), true);

    const next = await start(ports);
    deepEqual(await query(ports, "select one from public.kept"), [{ one: 1 }]);
    equal(await next.end("SIGTERM"), 0);
    equal(await areGone(next.children, 100), true);

    const fresh = await start(ports, { args: ["--fresh"] });
    deepEqual(await query(ports, "select to_regclass('public.kept') as kept"), [{ kept: null }]);
    equal(await fresh.end("SIGTERM"), 0);
  });
});

Deno.test("start can follow a SIGKILL at once", async () => {
  await withPorts(async (ports) => {
    const killed = await start(ports);
    const ending = killed.end("SIGKILL");

    const next = await start(ports, { args: ["--fresh"] });
    await ending;

    match(next.output, /ready/);
    equal(await next.end("SIGINT"), 0);
    equal(await areGone(killed.children.concat(next.children), 8000), true);
  });
});

Deno.test("start ends with the `deno task` that runs it, by SIGKILL too", async () => {
  await withPorts(async (ports) => {
    const task = await start(ports, { command: ["task", "start"] });
    equal(await task.end("SIGKILL") !== 0, true);

    equal(await areGone(task.children, 10_000), true);
  });
});

Deno.test("start refuses what is no port, and says how it is used", async () => {
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "local/start.ts", ...args],
      cwd: ROOT,
    }).output();
    return { code, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
  };

  const wrong = await run("--api-port", "99999");
  deepEqual([wrong.code, wrong.text], [1, "Cannot read --api-port: 99999 is no port\n"]);
  const help = await run("--help");
  equal(help.code, 0);
  match(help.text, /--db-port M/);
});
