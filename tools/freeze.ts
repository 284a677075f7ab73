import { createHash } from "node:crypto";
import type { SqlFile } from "./sql_files.ts";

export type Frozen = SqlFile & {
  /** Schema files whose whole text is in the migration. */
  included: string[];
  /** Schema files that the hand-written statements changed. */
  altered: string[];
};

export type FreezeRequest = {
  name: string;
  now: Date;
  /** Every file of supabase/schemas. */
  schemas: SqlFile[];
  /** Every file of supabase/migrations. */
  migrations: SqlFile[];
  /** Paths to freeze whole, changed or not; none: what is new or changed since it was last frozen. */
  only?: string[];
  /** Hand-written statements that come first: `alter table`, `drop function`, data moves. */
  above?: string;
  /** Hand-written statements that come last: rows, such as cron jobs and buckets. */
  below?: string;
};

/**
 * Writes the next migration: frozen copies of schema files in the order of their names.
 *
 * A table that was shipped cannot be created again. Where such a file changed, `above` has to change
 * the table, and the migration notes the file's digest instead of its text.
 *
 * @throws {Error} when nothing changed, or when what was asked for cannot be shipped.
 */
export function freeze(request: FreezeRequest): Frozen {
  const { name, now, schemas, migrations, only = [], above = "", below = "" } = request;
  if (!/^[a-z][a-z0-9_]*$/.test(name)) {
    throw new Error(`Cannot freeze "${name}": a name is lower-case words joined by underscores`);
  }
  for (const path of only) {
    if (!schemas.some((file) => file.path === path)) {
      throw new Error(`Cannot freeze ${path}: no such schema file`);
    }
  }

  const shipped = shippedDigests(migrations);
  const chosen = schemas
    .filter(({ text }) => hasStatements(text))
    .filter(({ path, text }) =>
      only.length > 0 ? only.includes(path) : shipped.get(path) !== digest(text)
    )
    .toSorted(byPath);
  const altered = chosen.filter(({ path, text }) =>
    only.length === 0 && shipped.has(path) && !isRepeatable(text)
  );
  const included = chosen.filter((file) => !altered.includes(file));

  if (chosen.length === 0 && above.trim() === "" && below.trim() === "") {
    throw new Error("Cannot freeze: no schema file changed since it was last frozen");
  }
  if (altered.length > 0 && above.trim() === "") {
    throw new Error(
      `Cannot freeze ${altered.map(({ path }) => path).join(", ")}: ` +
        "it was shipped and cannot be created twice, so the change has to come with --above",
    );
  }

  return {
    path: `supabase/migrations/${timestamp(now, migrations)}_${name}.sql`,
    text: [
      above.trim(),
      altered.map(({ path, text }) => `--! altered ${path} ${digest(text)}`).join("\n"),
      ...included.map(frozenCopy),
      below.trim(),
    ].filter((part) => part !== "").join("\n\n") + "\n",
    included: included.map(({ path }) => path),
    altered: altered.map(({ path }) => path),
  };
}

function frozenCopy({ path, text }: SqlFile): string {
  if (/^--! /m.test(text)) throw new Error(`Cannot freeze ${path}: it has a line with "--! "`);
  return `--! included ${path}\n${text.trimEnd()}\n--! end included`;
}

const SHIPPED =
  /^--! included (\S+)\n([\s\S]*?)\n--! end included$|^--! altered (\S+) (sha256:\S+)$/gm;

/** What each schema file's text was when a migration last took it up, by path. */
function shippedDigests(migrations: SqlFile[]): Map<string, string> {
  const digests = new Map<string, string>();
  for (const { text } of migrations.toSorted(byPath)) {
    for (const [, path, copy, alteredPath, alteredDigest] of text.matchAll(SHIPPED)) {
      if (path !== undefined && copy !== undefined) digests.set(path, digest(copy));
      else if (alteredPath && alteredDigest) digests.set(alteredPath, alteredDigest);
    }
  }
  return digests;
}

function digest(text: string): string {
  return `sha256:${createHash("sha256").update(text.trimEnd()).digest("hex")}`;
}

/** False for a file of comments alone: there is nothing to ship. */
function hasStatements(text: string): boolean {
  return text.replace(/^\s*--.*$/gm, "").trim() !== "";
}

/** True when the whole file may run again on a database that has it already. */
function isRepeatable(text: string): boolean {
  return !/^create (?!or replace )(?!.*\bif not exists\b)/im.test(text);
}

/** UTC, and later than every migration there is: they run in the order of their names. */
function timestamp(now: Date, migrations: SqlFile[]): string {
  const newest = migrations
    .map(({ path }) => /(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)_[^/]*$/.exec(path))
    .map((at) => at ? Date.parse(`${at[1]}-${at[2]}-${at[3]}T${at[4]}:${at[5]}:${at[6]}Z`) : 0)
    .reduce((a, b) => Math.max(a, b), 0);
  const at = Math.max(now.getTime(), newest + 1000);
  return new Date(at).toISOString().slice(0, 19).replace(/\D/g, "");
}

function byPath(a: SqlFile, b: SqlFile): number {
  return a.path < b.path ? -1 : 1;
}
