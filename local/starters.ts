import { basename } from "node:path";
import { identifyProcess } from "./postgres/process_identity.ts";

type Process = { parent: number; command: string[] };

/** Programs that start another one and wait for it: `deno task`, `npx`, and the shell they use. */
const RUNNERS = /^(deno|node|npm|npx)/;
const SHELLS = /^(sh|dash|bash|zsh)$/;
const LOOK_EVERY_MS = 500;

/**
 * Resolves when one of the programs that started this process for somebody is gone: with
 * `npx deno task start` there are four, and SIGKILL to any of them reaches nobody else. A person's
 * own shell is none of them: it may end, and this goes on.
 */
export async function untilStarterIsGone(): Promise<void> {
  const starters = await findStarters(Deno.ppid, readProcess);
  const identities = await Promise.all(starters.map(identifyProcess));

  for (;;) {
    for (const [index, pid] of starters.entries()) {
      if (await identifyProcess(pid) !== identities[index]) return;
    }
    await new Promise((resolve) => Deno.unrefTimer(setTimeout(resolve, LOOK_EVERY_MS)));
  }
}

/** The runners from `pid` upwards. A shell counts when a runner is above it. */
export async function findStarters(
  pid: number,
  read: (pid: number) => Promise<Process | null>,
): Promise<number[]> {
  const starters: number[] = [];
  let shells: number[] = [];
  for (let at = pid; at > 1;) {
    const process = await read(at);
    if (process === null) break;
    const [program = "", option = ""] = process.command;
    if (RUNNERS.test(basename(program))) {
      starters.push(...shells, at);
      shells = [];
    } else if (SHELLS.test(basename(program)) && option === "-c") {
      shells.push(at);
    } else break;
    at = process.parent;
  }
  return starters;
}

async function readProcess(pid: number): Promise<Process | null> {
  try {
    return Deno.build.os === "linux" ? await readProc(pid) : await readPs(pid);
  } catch {
    return null;
  }
}

async function readProc(pid: number): Promise<Process> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  // The name in parentheses may hold anything; the parent is field 4 of proc(5), counted from 1.
  const [, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const command = (await Deno.readTextFile(`/proc/${pid}/cmdline`)).split(/[\0 ]/);
  return { parent: Number(parent), command };
}

async function readPs(pid: number): Promise<Process> {
  const { stdout } = await new Deno.Command("ps", {
    args: ["-o", "ppid=,args=", "-p", String(pid)],
  }).output();
  const [parent, ...command] = new TextDecoder().decode(stdout).trim().split(/\s+/);
  return { parent: Number(parent), command };
}
