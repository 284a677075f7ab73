import { join } from "node:path";
import { type DatabaseUser, runAs } from "./database_user.ts";

/**
 * Single-user mode goes on where initdb stopped, below 16384: such objects count as Postgres's own,
 * and row level security, for one, does not apply to them.
 */
const LEAVE_RESERVED_OIDS = `
do $$
declare
  v_oid oid;
begin
  loop
    v_oid := lo_create(0);
    perform lo_unlink(v_oid);
    exit when v_oid >= 16384;
  end loop;
end;
$$;
`;

/**
 * Makes the data directory that every new cluster is a copy of: initialised, bootstrapped, shut
 * down. Runs in single-user mode, so that nothing listens and no client is needed.
 */
export async function buildTemplate(
  { folder, user, bootstrap }: { folder: string; user: DatabaseUser | null; bootstrap: string },
): Promise<void> {
  const template = join(folder, "template");
  await Deno.mkdir(template, { mode: 0o700 });
  if (user) await Deno.chown(template, user.uid, user.gid);

  await runAs(user, join(folder, "bin/initdb"), [
    `--pgdata=${template}`,
    "--username=postgres",
    "--auth=trust",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--locale=C.UTF-8",
    // The smallest: every new cluster is a copy of this one.
    "--wal-segsize=1",
    "--no-sync",
    "--no-instructions",
  ], { cwd: folder });
  // Only now: initdb wants a password in a file for it, and the bootstrap sets the passwords.
  await Deno.writeTextFile(
    join(template, "pg_hba.conf"),
    "local all all scram-sha-256\nhost all all 127.0.0.1/32 scram-sha-256\n",
  );

  // In template1, so that a database made later has it as well; then postgres is made anew from it.
  const commands = [
    LEAVE_RESERVED_OIDS,
    bootstrap,
    "drop database postgres;",
    "create database postgres;",
  ];
  await runAs(user, join(folder, "bin/postgres"), [
    "--single",
    // A command ends at a semicolon before an empty line, hence the squeezing below.
    "-j",
    "-c",
    "exit_on_error=on",
    "-c",
    "fsync=off",
    "-c",
    "log_checkpoints=off",
    "-D",
    template,
    "template1",
  ], { cwd: folder, input: commands.map(squeeze).join("\n\n") + "\n\n" });
}

function squeeze(sql: string): string {
  return sql.trim().replaceAll(/\n\s*\n/g, "\n");
}
