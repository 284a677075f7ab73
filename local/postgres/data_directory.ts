import { createHash, randomUUID } from "node:crypto";
import { dirname, join, resolve } from "node:path";
import { canReach, type DatabaseUser, runAs } from "./database_user.ts";
import { identifyProcess, waitForEnd } from "./process_identity.ts";
import type { Runtime } from "./runtime.ts";

/** Written by the process that starts Postgres; Postgres ignores files it does not know. */
const OWNER = "reelay-owner";
/** Names the link to a data directory that lies in the runtime's base. */
const ORIGIN = "reelay-origin";
const POSTMASTER = "postmaster.pid";

/**
 * A new data directory that nobody asked to keep.
 *
 * @param copyOf one whose Postgres was stopped; the runtime's template by default.
 */
export async function createThrowAway(runtime: Runtime, copyOf?: string): Promise<string> {
  const folder = join(runtime.base, "data", randomUUID());
  await copyTemplate({ ...runtime, template: copyOf ?? runtime.template }, folder);
  return folder;
}

/**
 * Makes the asked for data directory where it is missing, and takes it over where a process that
 * has died left it behind, its Postgres perhaps still running.
 *
 * Where the database's user cannot reach the folder (it lies below one that is closed), the data
 * live in the runtime's base, and a link to them stands in the folder's place.
 */
export async function openDataDirectory(runtime: Runtime, asked: string): Promise<string> {
  const path = resolve(asked);
  await Deno.mkdir(dirname(path), { recursive: true });

  const linked = await isLink(path) || !await canReach(runtime.user, dirname(path));
  const folder = linked ? await followLink(runtime, path) : path;
  if (!await holdsData(folder)) await copyTemplate(runtime, folder);
  if (linked) await Deno.writeTextFile(join(folder, ORIGIN), path);
  await takeOver(folder);
  return folder;
}

async function followLink(runtime: Runtime, path: string): Promise<string> {
  const key = createHash("sha256").update(await Deno.realPath(dirname(path))).update(path)
    .digest("hex").slice(0, 16);
  const folder = join(runtime.base, "data", key);
  // It may point to the base of an earlier temporary folder.
  if (await isLink(path)) await Deno.remove(path);
  await Deno.symlink(folder, path);
  return folder;
}

/** Removes the data in the base that nobody can come back to: no owner lives, no link leads there. */
export async function removeAbandoned({ base }: Runtime): Promise<void> {
  for await (const { name } of Deno.readDir(join(base, "data"))) {
    const folder = join(base, "data", name);
    const origin = await readOr(join(folder, ORIGIN), "");
    const owned = await readOr(join(folder, OWNER), "");
    if (owned === "" || await ownerLives(folder) || (origin !== "" && await isLink(origin))) {
      continue;
    }
    if (await isPostgres(await readPostmaster(folder), folder)) continue;
    await Deno.remove(folder, { recursive: true }).catch(() => {});
  }
}

/** Leaves a note of who runs this Postgres, for the next one to judge whether it is still there. */
export async function markOwner(folder: string): Promise<void> {
  await Deno.writeTextFile(
    join(folder, OWNER),
    `${Deno.pid} ${await identifyProcess(Deno.pid) ?? ""}`,
  );
}

async function copyTemplate({ template, user, base }: Runtime, folder: string): Promise<void> {
  const draft = `${folder}.${randomUUID()}`;
  await makeClosedFolder(draft, user);
  try {
    await runAs(user, "cp", ["-R", "-p", `${template}/.`, draft], { cwd: base });
    await Deno.rename(draft, folder);
  } catch (error) {
    await Deno.remove(draft, { recursive: true });
    throw error;
  }
}

async function makeClosedFolder(folder: string, user: DatabaseUser | null): Promise<void> {
  await Deno.mkdir(folder, { mode: 0o700 });
  if (user) await Deno.chown(folder, user.uid, user.gid);
}

async function holdsData(folder: string): Promise<boolean> {
  try {
    const version = (await Deno.readTextFile(join(folder, "PG_VERSION"))).trim();
    if (version === "17") return true;
    throw new Error(`Cannot open data directory ${folder}: it is of Postgres ${version}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function takeOver(folder: string): Promise<void> {
  const postmaster = await readPostmaster(folder);
  if (postmaster === 0) return;
  if (!await isPostgres(postmaster, folder)) {
    // Postgres itself would refuse to start if the number belongs to a process of the same user.
    await Deno.remove(join(folder, POSTMASTER));
    return;
  }
  if (await ownerLives(folder)) {
    const [owner] = (await Deno.readTextFile(join(folder, OWNER))).split(" ");
    throw new Error(`Cannot open data directory ${folder}: process ${owner} is using it`);
  }
  for (const signal of ["SIGINT", "SIGQUIT", "SIGKILL"] as const) {
    try {
      Deno.kill(postmaster, signal);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    if (await waitForEnd(postmaster, 5000)) return;
  }
  throw new Error(`Cannot open data directory ${folder}: its Postgres ${postmaster} does not stop`);
}

async function ownerLives(folder: string): Promise<boolean> {
  const note = await readOr(join(folder, OWNER), "");
  const [pid = "", ...since] = note.split(" ");
  return pid !== "" && await identifyProcess(Number(pid)) === since.join(" ");
}

/** 0 when none has left a note. */
async function readPostmaster(folder: string): Promise<number> {
  const pid = Number((await readOr(join(folder, POSTMASTER), "")).split("\n")[0]);
  return Number.isInteger(pid) && pid > 0 ? pid : 0;
}

/** A process number in a stale file may belong to anybody by now. */
async function isPostgres(pid: number, folder: string): Promise<boolean> {
  if (pid === 0 || await identifyProcess(pid) === null) return false;
  const command = Deno.build.os === "linux"
    ? (await readOr(`/proc/${pid}/cmdline`, "")).replaceAll("\0", " ")
    : new TextDecoder().decode(
      (await new Deno.Command("ps", { args: ["-o", "command=", "-p", String(pid)] }).output())
        .stdout,
    );
  return command.includes("postgres") && command.includes(folder);
}

async function readOr(path: string, fallback: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return fallback;
    throw error;
  }
}

async function isLink(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(({ isSymlink }) => isSymlink, () => false);
}
