import { join } from "node:path";
import type { Sql } from "postgres";
import { readMigrations } from "../../local/postgres/migrations.ts";
import { type Get, optional } from "../../supabase/functions/_shared/env.ts";
import { type Finding, missing, note, ok, wrong } from "./finding.ts";
import { shippedRows } from "./shipped_rows.ts";

/** Settings that are no number. */
const WORDS: Record<string, readonly string[] | null> = {
  token_key: null,
  on_outcome_unknown: ["fail", "resubmit"],
  on_storyboard_failure: ["splitter", "fail"],
};

/** Settings that are lists of numbers. */
const LISTS = new Set(["delivery_schedule_seconds"]);

/** Rows that migrations brought along: settings, providers, the bucket, the bell. */
export async function checkRows(
  sql: Sql,
  { root, get }: { root: string; get: Get },
): Promise<Finding[]> {
  const texts = (await readMigrations(join(root, "supabase/migrations"))).map(({ text }) => text);
  return [
    ...await checkSettings(sql, shippedRows(texts, "private.settings")),
    ...await checkProviders(sql, shippedRows(texts, "private.providers")),
    ...await checkBucket(sql, get),
  ];
}

async function checkSettings(sql: Sql, shipped: string[]): Promise<Finding[]> {
  const settings = await sql<{ name: string; kind: string; text: string }[]>`
    select name, jsonb_typeof(value) as kind, value #>> '{}' as text
    from private.settings order by name`;

  const lost = shipped.filter((name) => !settings.some((setting) => setting.name === name));
  const bad = settings.filter(({ name, kind, text }) => {
    const words = WORDS[name];
    if (words !== undefined) return words !== null && !words.includes(text);
    if (LISTS.has(name)) return kind !== "array" || !/^\[(\d+(\.\d+)?(, |(?=\])))*\]$/.test(text);
    return kind !== "number" || (Number(text) < 0 && name !== "clock_offset_seconds");
  });
  const offset = settings.find(({ name }) => name === "clock_offset_seconds");
  return [
    ...lost.map((name) =>
      missing(`Setting ${name}`, "insert it into private.settings; the migrations say its value")
    ),
    ...bad.map(({ name, text }) =>
      wrong(
        `Setting ${name} is ${JSON.stringify(text)}`,
        `it takes ${valuesOf(name)}`,
      )
    ),
    ...offset && Number(offset.text) !== 0
      ? [wrong(
        `The clock is moved by ${offset.text} s`,
        "update private.settings set value = '0' where name = 'clock_offset_seconds';",
      )]
      : [],
    ...lost.length + bad.length === 0 ? [ok(`Settings: ${settings.length}`)] : [],
  ];
}

function valuesOf(name: string): string {
  if (LISTS.has(name)) return "a list of numbers, [5, 300]";
  return WORDS[name]?.map((word) => `"${word}"`).join(" or ") ?? "a number, 0 or more";
}

async function checkProviders(sql: Sql, shipped: string[]): Promise<Finding[]> {
  const rows = await sql<{ name: string; is_paused: boolean }[]>`
    select name, is_paused from private.providers order by name`;

  const lost = shipped.filter((name) => !rows.some((row) => row.name === name));
  const [bell] = await sql`select from private.bell`;
  return [
    ...lost.map((name) =>
      missing(
        `Provider ${name}: nothing is claimed for it`,
        `insert into private.providers (name) values ('${name}');`,
      )
    ),
    ...rows.filter(({ is_paused }) => is_paused).map(({ name }) =>
      note(name === "*" ? "Everything is paused" : `Provider ${name} is paused`)
    ),
    ...lost.length === 0 ? [ok(`Providers: ${rows.map(({ name }) => name).join(", ")}`)] : [],
    ...bell ? [] : [missing("The row of private.bell", "insert into private.bell default values;")],
  ];
}

async function checkBucket(sql: Sql, get: Get): Promise<Finding[]> {
  const [bucket] = await sql<{ public: boolean }[]>`
    select public from storage.buckets where id = 'films'`;
  if (!bucket) {
    return [missing(
      "Bucket films",
      "insert into storage.buckets (id, name, public) values ('films', 'films', true);",
    )];
  }
  if (!bucket.public && optional(get, "FILM_URLS") !== "signed") {
    return [wrong(
      "Bucket films is private, and film URLs are public ones",
      "make it public, or set FILM_URLS=signed for the functions",
    )];
  }
  return [ok(`Bucket films, ${bucket.public ? "public" : "private"}`)];
}
