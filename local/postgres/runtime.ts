import { createHash, randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { dirname, join, relative } from "node:path";
import { z } from "zod";
import { type Binaries, findBinaries } from "./binaries.ts";
import { canReach, type DatabaseUser, findDatabaseUser, runAs } from "./database_user.ts";
import { buildTemplate } from "./template.ts";

/** A copy of Postgres with our extensions in it, in a folder that the database's user can reach. */
export interface Runtime {
  /** Belongs to this user and this layout; holds the runtimes, the sockets and throw-away data. */
  base: string;
  /** Holds bin, lib, share and the template. */
  folder: string;
  /** An initialised and bootstrapped data directory, to be copied. */
  template: string;
  sockets: string;
  user: DatabaseUser | null;
}

/** Counted up when what is written into a runtime changes without a file here changing. */
const LAYOUT = 3;
const UNUSED_AFTER_MS = 14 * 24 * 3600 * 1000;
const here = dirname(fileURLToPath(import.meta.url));
const Symlinks = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Finds or makes the runtime. The first call on a machine copies 60 MB and takes some seconds.
 *
 * @param roots folders to try, in order; the first one that the database's user can reach and run
 * programs from is taken.
 */
export async function prepareRuntime(
  { roots = [tmpdir(), "/tmp", "/var/tmp"], log = () => {} }: {
    roots?: string[];
    log?: (line: string) => void;
  } = {},
): Promise<Runtime> {
  const user = await findDatabaseUser();
  const binaries = await findBinaries();
  const sources = await readSources();
  const name = `${binaries.version}-${keyOf(binaries, sources)}`;

  const base = await findBase([...new Set(roots)], user);
  const folder = join(base, name);
  const runtime = {
    base,
    folder,
    template: join(folder, "template"),
    sockets: join(base, "sockets"),
    user,
  };
  if (await exists(folder)) {
    // Marks it as used, for removeUnused.
    await Deno.utime(folder, new Date(), new Date());
  } else {
    log(`Copying Postgres ${binaries.version} to ${folder}`);
    await build(runtime, binaries, sources);
  }
  return runtime;
}

async function findBase(roots: string[], user: DatabaseUser | null): Promise<string> {
  const refusals: string[] = [];
  for (const root of roots) {
    try {
      return await prepareBase(root, user);
    } catch (error) {
      refusals.push(`${root}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Error(`Cannot prepare Postgres: no folder to run it from\n${refusals.join("\n")}`);
}

interface Sources {
  bootstrap: string;
  extensions: Map<string, string>;
}

async function readSources(): Promise<Sources> {
  const extensions = new Map<string, string>();
  const names = (await Array.fromAsync(Deno.readDir(join(here, "extensions"))))
    .map((entry) => entry.name).toSorted();
  for (const name of names) {
    extensions.set(name, await Deno.readTextFile(join(here, "extensions", name)));
  }
  return { bootstrap: await Deno.readTextFile(join(here, "bootstrap.sql")), extensions };
}

function keyOf({ version }: Binaries, { bootstrap, extensions }: Sources): string {
  return createHash("sha256")
    .update(JSON.stringify([LAYOUT, version, bootstrap, ...extensions]))
    .digest("hex").slice(0, 12);
}

async function prepareBase(root: string, user: DatabaseUser | null): Promise<string> {
  const base = join(await Deno.realPath(root), `reelay-postgres-${Deno.uid()}`);
  await Deno.mkdir(base, { recursive: true });
  const { uid, mode } = await Deno.lstat(base);
  // In a folder that all can write to, somebody else may have made it first.
  if (uid !== Deno.uid() || ((mode ?? 0) & 0o022) !== 0) {
    throw new Error("its folder belongs to, or is open to, somebody else");
  }
  await Deno.chmod(base, 0o755);
  if (!await canReach(user, base)) throw new Error(`${user?.name} cannot reach it`);

  for (const name of ["sockets", "data"]) {
    await Deno.mkdir(join(base, name), { recursive: true });
  }
  if (user) await Deno.chown(join(base, "sockets"), user.uid, user.gid);

  // Some systems mount their temporary folder so that nothing in it runs.
  const probe = join(base, "probe");
  if (!await exists(probe)) {
    // A program that another process has open for writing cannot be run.
    const draft = `${probe}.${randomUUID()}`;
    await Deno.writeTextFile(draft, "#!/bin/sh\n");
    await Deno.chmod(draft, 0o755);
    await Deno.rename(draft, probe);
  }
  await runAs(user, probe, [], { cwd: base });
  return base;
}

async function build(runtime: Runtime, binaries: Binaries, sources: Sources): Promise<void> {
  const { base, folder, user } = runtime;
  await removeUnused(base);

  const draft = `${folder}.${randomUUID()}`;
  try {
    await Deno.mkdir(draft);
    await runAs(null, "cp", ["-R", `${binaries.folder}/.`, draft], { cwd: base });
    await linkLibraries(draft);
    const share = join(draft, "share/postgresql/extension");
    for (const [name, text] of sources.extensions) {
      await Deno.writeTextFile(join(share, name), text);
    }
    // The copy has the modes of this process's umask.
    await runAs(null, "chmod", ["-R", "a+rX", draft], { cwd: base });
    await runAs(user, join(draft, "bin/postgres"), ["--version"], { cwd: draft });
    await buildTemplate({ folder: draft, user, bootstrap: sources.bootstrap });
    await Deno.rename(draft, folder);
  } catch (error) {
    await Deno.remove(draft, { recursive: true }).catch(() => {});
    // Another process was faster: what it made is the same.
    if (!await exists(folder)) throw error;
  }
}

/** The package's install script makes these links, unless scripts are not allowed. */
async function linkLibraries(folder: string): Promise<void> {
  const text = await Deno.readTextFile(join(folder, "pg-symlinks.json"));
  for (const { source, target } of Symlinks.parse(JSON.parse(text))) {
    const [from, to] = [source, target].map((path) => join(folder, relative("native", path)));
    if (from && to && !await exists(to)) await Deno.symlink(relative(dirname(to), from), to);
  }
}

/** Runtimes of versions long gone, and drafts of processes that died. */
async function removeUnused(base: string): Promise<void> {
  for await (const { name } of Deno.readDir(base)) {
    if (["sockets", "data", "probe"].includes(name)) continue;
    const { mtime } = await Deno.stat(join(base, name));
    if (Date.now() - (mtime?.getTime() ?? 0) > UNUSED_AFTER_MS) {
      await Deno.remove(join(base, name), { recursive: true }).catch(() => {});
    }
  }
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}
