import { dirname } from "node:path";

/** The system user that Postgres runs as, when this process is root: Postgres refuses root. */
export interface DatabaseUser {
  name: string;
  uid: number;
  gid: number;
}

/** Postgres needs a user with a name, so the candidates come from the passwd file. */
const PREFERRED = ["postgres", "nobody", "daemon"];

/** Null when this process is not root: then Postgres runs as the same user as this process. */
export async function findDatabaseUser(): Promise<DatabaseUser | null> {
  if (Deno.uid() !== 0) return null;

  const users = parsePasswd(await Deno.readTextFile("/etc/passwd"));
  const user = PREFERRED.map((name) => users.find((candidate) => candidate.name === name))
    .find((candidate) => candidate !== undefined) ?? users.at(0);
  if (!user) {
    throw new Error("Cannot run Postgres as root: the passwd file names no other user");
  }
  return user;
}

function parsePasswd(text: string): DatabaseUser[] {
  return text.split("\n")
    .map((line) => line.split(":"))
    .map(([name = "", , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ name, uid, gid }) => name !== "" && uid > 0 && gid > 0);
}

/** Whether the user can walk to the folder. A folder above it that is closed (0700) bars the way. */
export async function canReach(user: DatabaseUser | null, folder: string): Promise<boolean> {
  if (user === null) return true;

  for (let at = await Deno.realPath(folder);; at = dirname(at)) {
    const { mode, uid, gid } = await Deno.stat(at);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if (((mode ?? 0) & bit) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

/** Runs a program to its end as the database's user; its words are in the error when it fails. */
export async function runAs(
  user: DatabaseUser | null,
  program: string,
  args: string[],
  { cwd, input = "" }: { cwd: string; input?: string },
): Promise<string> {
  const child = new Deno.Command(program, {
    ...commandFor(user),
    args,
    cwd,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();

  const writer = child.stdin.getWriter();
  // A program that fails early closes its end; its own words say why.
  await writer.write(new TextEncoder().encode(input)).catch(() => {});
  await writer.close().catch(() => {});

  const { success, stdout, stderr } = await child.output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  if (!success) {
    throw new Error(`Cannot run ${program}: ${said.trim().slice(-2000)}`);
  }
  return said;
}

/** The environment does not come along: it may hold secrets, and PG* variables change Postgres. */
export function commandFor(
  user: DatabaseUser | null,
): Pick<Deno.CommandOptions, "uid" | "gid" | "clearEnv" | "env"> {
  return {
    clearEnv: true,
    env: { PATH: "/usr/bin:/bin:/usr/sbin:/sbin", LC_ALL: "C", TZ: "UTC" },
    ...(user && { uid: user.uid, gid: user.gid }),
  };
}
