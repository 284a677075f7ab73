import { basename } from "node:path";
import type { SqlFile } from "./sql_files.ts";
import { findCteChains, lineAt, maskSql } from "./sql_text.ts";

export type StyleFault = { path: string; line: number; message: string };

type Fault = { position: number; message: string };
type Masked = { path: string; text: string; masked: string };

/** What a machine can hold of the rules for SQL. `schema`: one thing a file, named by it. */
export function checkSqlStyle(file: SqlFile, kind: "schema" | "migration"): StyleFault[] {
  const masked = { ...file, masked: maskSql(file.text) };
  const faults = [
    ...checkCase(masked),
    ...checkBanners(masked),
    ...checkFunctions(masked),
    ...checkTables(masked),
    ...checkCtes(masked),
    ...(kind === "schema"
      ? [...checkCallers(masked), ...checkSchemaName(masked)]
      : checkMigrationName(masked)),
  ];
  return faults
    .map(({ position, message }) => ({
      path: file.path,
      line: lineAt(file.text, position),
      message,
    }))
    .toSorted((a, b) => a.line - b.line);
}

function checkCase({ masked }: Masked): Fault[] {
  return [...masked.matchAll(/[a-z0-9_]*[A-Z]\w*/g)].map((word) => ({
    position: word.index,
    message: `"${word[0]}" is not lower-case`,
  }));
}

function checkBanners({ text }: Masked): Fault[] {
  return [...text.matchAll(/^[ \t]*(?:--+|\/\*+)[ \t]*[-=*#~_+]{3,}/gm)].map((banner) => ({
    position: banner.index,
    message: "a banner comment: let names do that",
  }));
}

const FUNCTION = /\bcreate\s+(?:or\s+replace\s+)?function\s+([^\s(]+)\s*\(/g;

function checkFunctions({ text, masked }: Masked): Fault[] {
  return [...masked.matchAll(FUNCTION)].flatMap((found) => {
    const name = found[1] ?? "";
    const header = functionHeader(masked.slice(found.index));
    const missing: string[] = [];
    if (!name.includes(".")) missing.push("no schema in its name");
    if (!/\bset search_path = ''/.test(header)) missing.push("no set search_path = ''");
    if (!/\b(?:immutable|stable|volatile)\b/.test(header)) missing.push("no volatility");
    if (!/\bsecurity (?:invoker|definer)\b/.test(header)) missing.push("no security");
    if (!masked.includes(`comment on function ${name}(`)) missing.push("no comment on function");
    if (!isRevoked(text, name)) {
      missing.push("no revoke execute on function ... from public, anon, authenticated");
    }
    return missing.map((what) => ({ position: found.index, message: `${name}: ${what}` }));
  });
}

/** Everything before the body. */
function functionHeader(definition: string): string {
  const body = /\bas\s+\$|\breturn\b|\bbegin\s+atomic\b/.exec(definition);
  return definition.slice(0, body?.index);
}

function isRevoked(text: string, name: string): boolean {
  const revokes = text.matchAll(
    /^revoke (?:execute|all) on function ([^\s(]+)\([^;]*?\)\s+from ([^;]+);/gm,
  );
  return [...revokes].some(([, revoked, roles = ""]) =>
    revoked === name &&
    ["public", "anon", "authenticated"].every((role) => roles.split(/,\s*/).includes(role))
  );
}

/** What the API exposes is called from elsewhere: whoever changes it has to know by whom. */
function checkCallers({ text }: Masked): Fault[] {
  const comments = text.matchAll(
    /^comment on function (public\.\w+)\([^)]*\) is\s+'((?:[^']|'')*)';/gm,
  );
  return [...comments]
    .filter(([, , comment = ""]) => !/\bCalled by \w/.test(comment))
    .map((found) => ({
      position: found.index,
      message: `${found[1]}: its comment does not say who calls it ("Called by ...")`,
    }));
}

const TABLE = /^create\s+(?:unlogged\s+)?table\s+(?:if not exists\s+)?([^\s(]+)/gm;

function checkTables({ masked }: Masked): Fault[] {
  return [...masked.matchAll(TABLE)]
    .filter(([, name]) => !new RegExp(`^comment on table ${name}\\s`, "m").test(masked))
    .filter((found) => !/^\s+partition of\b/.test(masked.slice(found.index + found[0].length)))
    .map((found) => ({ position: found.index, message: `${found[1]}: no comment on table` }));
}

const CHANGES = /\b(?:insert\s+into|update|delete\s+from|merge\s+into)\b/;
const ONE_ROW =
  /^\s*select\s+(?:coalesce\s*\(\s*)?(?:count|sum|min|max|bool_and|bool_or|array_agg|jsonb?_agg|jsonb?_object_agg|string_agg|exists)\s*\(/;

function checkCtes({ masked }: Masked): Fault[] {
  return findCteChains(masked).flatMap(({ ctes, main, position }) => {
    const faults: Fault[] = [];
    for (const [index, cte] of ctes.entries()) {
      const users = [...ctes.slice(index + 1).map(({ body }) => body), main].join("\n");
      // Postgres does not run a select that nobody reads, whatever functions it calls.
      if (!startsWithChange(cte.body) && !new RegExp(`\\b${cte.name}\\b`).test(users)) {
        faults.push({
          position: cte.position,
          message: `"${cte.name}" is never read, so never run`,
        });
      }
    }
    // INTO takes the first row and stops: what later rows would have done is not done.
    const into = /^\s*select\b[\s\S]*?\binto\b/.test(main);
    if (into && ctes.some(({ body }) => CHANGES.test(body)) && !ONE_ROW.test(main)) {
      faults.push({
        position,
        message: "select into over a chain that changes rows: use returning",
      });
    }
    return faults;
  });
}

function startsWithChange(body: string): boolean {
  return new RegExp(`^\\s*(?:with\\b[\\s\\S]*)?${CHANGES.source}`).test(body);
}

function checkSchemaName({ path, masked }: Masked): Fault[] {
  const file = basename(path);
  if (!/^\d{4}_[a-z0-9_]+\.sql$/.test(file)) {
    return [{ position: 0, message: "its name is not <four digits>_<what it is>.sql" }];
  }
  const [, kind, name] = /^\d{4}_(function|table|trigger)_([a-z0-9_]+)\.sql$/.exec(file) ?? [];
  if (kind === undefined) return [];

  const created = kind === "table"
    ? [...masked.matchAll(TABLE)].map(([, table = ""]) => bareName(table))
    : [...masked.matchAll(FUNCTION)].map(([, called = ""]) => bareName(called));
  // A trigger's file is named after its function: tg_<table>__<task>, or tg__<task> for many tables.
  const named = kind === "trigger"
    ? created.map((called) => called.replace(/^tg_(_|(?=[a-z]))/, "").replace("__", "_"))
    : created;
  return named.length === 1 && named[0] === name ? [] : [{
    position: 0,
    message: `it is named after one ${kind} "${name}" and creates ${created.join(", ") || "none"}`,
  }];
}

function bareName(qualified: string): string {
  return qualified.replace(/^.*\./, "");
}

function checkMigrationName({ path }: Masked): Fault[] {
  return /^\d{14}_[a-z0-9_]+\.sql$/.test(basename(path))
    ? []
    : [{ position: 0, message: "its name is not <UTC timestamp>_<lower_case_words>.sql" }];
}
