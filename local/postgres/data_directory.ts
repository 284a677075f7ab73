import { createHash, randomUUID } from "node:crypto";
import { dirname, join, resolve } from "node:path";
import { canReach, type DatabaseUser, runAs } from "./database_user.ts";
import { identifyProcess, waitForEnd } from "./process_identity.ts";
import type { Runtime } from "./runtime.ts";

/** Written by the process that starts Postgres; Postgres ignores files it does not know. */
const OWNER = "reelay-owner";

/** A new data directory that nobody asked to keep. */
export async function createThrowAway(runtime: Runtime): Promise<string> {
  const folder = join(runtime.base, "data", randomUUID());
  await copyTemplate(runtime, folder);
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

  let folder = path;
  if (await isLink(path) || !await canReach(runtime.user, dirname(path))) {
    const key = createHash("sha256").update(await Deno.realPath(dirname(path))).update(path)
      .digest("hex").slice(0, 16);
    folder = join(runtime.base, "data", key);
    if (!await isLink(path)) await Deno.symlink(folder, path);
  }

  if (!await holdsData(folder)) await copyTemplate(runtime, folder);
  await takeOver(folder);
  return folder;
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
  const postmaster = Number((await readOr(join(folder, "postmaster.pid"), "")).split("\n")[0]);
  if (!Number.isInteger(postmaster) || postmaster <= 0) return;
  if (!await isPostgres(postmaster, folder)) return;

  const [owner = "", since = ""] = (await readOr(join(folder, OWNER), "")).split(/ (.*)/);
  if (owner !== "" && await identifyProcess(Number(owner)) === since) {
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

/** A process number in a stale file may belong to anybody by now. */
async function isPostgres(pid: number, folder: string): Promise<boolean> {
  if (await identifyProcess(pid) === null) return false;
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
