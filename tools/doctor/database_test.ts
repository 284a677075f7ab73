import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { setVaultSecret } from "../../local/postgres/migrations.ts";
import { testDatabase } from "../../local/postgres/testing.ts";
import { PROJECT_ROOT } from "../project_root.ts";
import { checkAccess } from "./check_access.ts";
import { checkCron } from "./check_cron.ts";
import { checkDatabase } from "./check_database.ts";
import { checkInstalled, isInstalled } from "./check_installed.ts";
import { checkRows } from "./check_rows.ts";
import { checkVault } from "./check_vault.ts";
import { checkWork } from "./check_work.ts";
import { DATABASE_BREAKS } from "./database_breaks.ts";
import { type Finding, finding, isBad } from "./finding.ts";

const ENVIRONMENT: Record<string, string> = {
  WEBHOOK_BASE_URL: "https://films.test/functions/v1/",
  PIPELINE_BELL_SECRET: "v1,whsec_bmV3,whsec_b2xk",
};
const get = (name: string) => ENVIRONMENT[name];

Deno.test("doctor finds nothing to mend in a database that was just made well", async () => {
  await onHealthyDatabase(async (sql) => {
    assert.deepEqual((await examine(sql)).filter(isBad).map(finding), []);
    assert(await isInstalled(sql));
  });
});

Deno.test("doctor names each thing in the database that is missing or wrong, and what to do", async () => {
  await onHealthyDatabase(async (sql) => {
    for (const [statement, expected] of DATABASE_BREAKS) {
      await sql`begin`;
      try {
        await sql.unsafe(statement).simple();
        const bad = (await examine(sql)).filter(({ state }) => state !== "ok").map(finding);
        assert(
          bad.some((line) => expected.test(line)),
          `After "${statement}" it says: ${bad.join("\n") || "all is well"}`,
        );
      } finally {
        await sql`rollback`;
      }
    }
  });
});

Deno.test("doctor prints no secret, also when both differ", async () => {
  await onHealthyDatabase(async (sql) => {
    await setVaultSecret(sql, "reelay_bell_secret", "whsec_c2VjcmV0LW9uZQ==");
    const findings = await checkVault(sql, () => "whsec_c2VjcmV0LXR3bw==");

    assert.deepEqual(findings.map(({ state }) => state), ["wrong", "wrong"]);
    assert.doesNotMatch(findings.map(finding).join("\n"), /c2VjcmV0/);
  });
});

Deno.test("doctor takes a bell secret that is being rotated out, and an address behind a tunnel", async () => {
  await onHealthyDatabase(async (sql) => {
    await setVaultSecret(sql, "reelay_bell_secret", "whsec_b2xk,whsec_bmV3");
    await setVaultSecret(sql, "reelay_functions_url", "http://127.0.0.1:1/functions/v1");
    const behindTunnel = (name: string) =>
      name === "SUPABASE_URL" ? "http://127.0.0.1:1" : get(name);

    const findings = await checkVault(sql, behindTunnel);

    assert.deepEqual(findings.map(({ state }) => state), ["ok", "ok"]);
  });
});

async function examine(sql: Sql): Promise<Finding[]> {
  return [
    ...await checkDatabase(sql, "here"),
    ...await checkInstalled(sql, PROJECT_ROOT),
    ...await checkCron(sql),
    ...await checkVault(sql, get),
    ...await checkRows(sql, { root: PROJECT_ROOT, get }),
    ...await checkAccess(sql, PROJECT_ROOT),
    ...await checkWork(sql),
  ];
}

/** A database as a push leaves it, whose cron jobs have just run. */
async function onHealthyDatabase(check: (sql: Sql) => Promise<void>): Promise<void> {
  const database = await testDatabase();
  const sql = database.connect();
  try {
    await setVaultSecret(sql, "reelay_functions_url", "https://films.test/functions/v1");
    await setVaultSecret(sql, "reelay_bell_secret", "whsec_bmV3");
    await sql`update cron.job set database = current_database()`;
    await sql`
      insert into cron.job_run_details (jobid, status, start_time, end_time)
      select jobid, 'succeeded', now(), now() from cron.job`;
    await check(sql);
  } finally {
    await database.close();
  }
}
