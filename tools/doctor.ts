import type { Sql } from "postgres";
import { findFunctions } from "../local/functions/find_functions.ts";
import { type Get, webhookBaseUrl, withoutSlash } from "../supabase/functions/_shared/env.ts";
import { connect, databaseUrl, shownUrl } from "./connect.ts";
import { checkAccess } from "./doctor/check_access.ts";
import { checkCron } from "./doctor/check_cron.ts";
import { checkDoors } from "./doctor/check_doors.ts";
import { checkEnvironment } from "./doctor/check_environment.ts";
import { checkDatabase } from "./doctor/check_database.ts";
import { checkInstalled, isInstalled } from "./doctor/check_installed.ts";
import { checkRows } from "./doctor/check_rows.ts";
import { checkSchema } from "./doctor/check_schema.ts";
import { checkVault } from "./doctor/check_vault.ts";
import { checkWork } from "./doctor/check_work.ts";
import { type Finding, finding, isBad, missing, wrong } from "./doctor/finding.ts";
import { platformEnvironment } from "./doctor/platform_environment.ts";
import { isHttpUrl } from "./is_http_url.ts";
import { isLocal } from "./is_local.ts";
import { PROJECT_ROOT } from "./project_root.ts";
import { readEnvironment } from "./read_environment.ts";
import { readArguments, refuse } from "./usage.ts";

const USAGE = `deno task doctor [--db URL] [--functions URL] [--drift]

Says line by line what is there, missing or wrong in an installation, local or hosted, and what to
do about it. Variables come from the shell, else from supabase/functions/.env. Changes nothing; the
runner is rung once. Exits 1 when something is missing or wrong.

  --db URL         default: SUPABASE_DB_URL; for functions on this machine the pocket Supabase
  --functions URL  default: WEBHOOK_BASE_URL, else http://127.0.0.1:54321/functions/v1
  --drift          also compare the database with supabase/schemas, on a throw-away Postgres`;

export type Patient = {
  db: string;
  functionsUrl: string;
  drift: boolean;
  root: string;
  get: Get;
  fetch: typeof fetch;
  now: () => number;
};

if (import.meta.main) {
  let patient: Patient;
  try {
    patient = await readPatient();
  } catch (error) {
    refuse(error instanceof Error ? error.message : String(error));
  }
  Deno.exit(await examine(patient, console.log) ? 0 : 1);
}

async function readPatient(): Promise<Patient> {
  const { values } = readArguments(USAGE, {
    options: {
      db: { type: "string" },
      functions: { type: "string" },
      drift: { type: "boolean", default: false },
    },
  });
  const get = await readEnvironment({ root: PROJECT_ROOT });
  const base = values.functions ?? webhookBaseUrl(get) ?? "http://127.0.0.1:54321/functions/v1";
  const db = databaseUrl(values.db, { get, functions: base });
  if (!isHttpUrl(base)) {
    throw new Error(
      "Cannot examine: --functions takes a URL, https://<ref>.supabase.co/functions/v1",
    );
  }
  return {
    db,
    functionsUrl: withoutSlash(base),
    drift: values.drift,
    root: PROJECT_ROOT,
    get,
    fetch,
    now: Date.now,
  };
}

/** Prints one finding a line under headings. True when nothing is missing or wrong. */
export async function examine(patient: Patient, print: (line: string) => void): Promise<boolean> {
  const sql = connect(patient.db);
  let bad = 0;
  async function section(heading: string, check: () => Finding[] | Promise<Finding[]>) {
    print(`\n${heading}`);
    const findings = await attempt(check);
    for (const one of findings) print(finding(one));
    bad += findings.filter(isBad).length;
  }

  try {
    for (const [heading, check] of await sections(sql, patient)) await section(heading, check);
  } finally {
    await sql.end({ timeout: 1 });
  }
  print(bad === 0 ? "\nAll is well." : `\n${bad} to mend.`);
  return bad === 0;
}

type Section = [heading: string, check: () => Finding[] | Promise<Finding[]>];

/** What can be checked: without a database, or with an empty one, the rest has nothing to ask. */
async function sections(sql: Sql, patient: Patient): Promise<Section[]> {
  const { db, root } = patient;
  const get = platformEnvironment(patient.get, patient.functionsUrl);
  const outside: Section[] = [
    ["Environment", () => checkEnvironment(get)],
    ["Doors", async () => await checkDoors([...(await findFunctions(root)).keys()], patient)],
  ];

  const away = await sql`select 1`.then(() => null, (error: Error) => error);
  if (away) {
    const todo = isLocal(db)
      ? "deno task start; where its ports are others, --db and --functions take them"
      : "is it running, and are host, port and password in --db right?";
    const what = `Database ${shownUrl(db)} cannot be reached: ${away.message || away.name}`;
    return [["Database", () => [missing(what, todo)]], ...outside];
  }
  const installed = await isInstalled(sql);
  return [
    ["Database", async () => [
      ...await checkDatabase(sql, shownUrl(db)),
      ...await checkInstalled(sql, root),
      ...installed ? [] : [missing("Tables and functions", "supabase db push")],
    ]],
    ...installed ? within(sql, { ...patient, get }) : [],
    ...outside,
  ];
}

function within(sql: Sql, { root, get, drift }: Patient): Section[] {
  return [
    ["Cron jobs", () => checkCron(sql)],
    ["Vault", () => checkVault(sql, get)],
    ["Rows", () => checkRows(sql, { root, get })],
    ["Access", () => checkAccess(sql, root)],
    ...drift ? [["Schema", () => checkSchema(sql, root)] satisfies Section] : [],
    ["Work", () => checkWork(sql)],
  ];
}

/** A check that cannot be made is a finding too. */
async function attempt(check: () => Finding[] | Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await check();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [wrong(`Cannot check: ${why}`, "deno task doctor --drift tells what differs")];
  }
}
