import type { Sql, TransactionSql } from "postgres";
import { z } from "zod";
import { CATALOG_QUERIES } from "./catalog_queries.ts";

/** What a database is: each object's definition by `<kind> <name>`, e.g. `table public.projects`. */
export type Catalog = Map<string, string>;

const Rows = z.array(z.object({ name: z.string(), definition: z.string() }));

/** Reads the whole schema of the database, and no row of anybody's. */
export async function readCatalog(sql: Sql): Promise<Catalog> {
  return await sql.begin((transaction) => readCatalogWithin(transaction));
}

/** The same as the transaction sees it, and leaves it with an empty search path. */
export async function readCatalogWithin(transaction: TransactionSql): Promise<Catalog> {
  const catalog: Catalog = new Map();
  // Names come out qualified whatever the search path of the role is.
  await transaction`set local search_path = ''`;
  for (const [kind, query] of Object.entries(CATALOG_QUERIES)) {
    for (const { name, definition } of Rows.parse([...await transaction.unsafe(query)])) {
      catalog.set(`${kind} ${name}`, definition);
    }
  }
  return catalog;
}

export type Difference =
  | { object: string; only: "left" | "right" }
  /** Lines of both definitions; `-` stands only on the left, `+` only on the right. */
  | { object: string; lines: string[] };

/** Every object that is not the same in both, in the order of their names. */
export function compareCatalogs(left: Catalog, right: Catalog): Difference[] {
  const differences: Difference[] = [];
  for (const object of [...new Set([...left.keys(), ...right.keys()])].sort()) {
    const before = left.get(object);
    const after = right.get(object);
    if (before === after) continue;
    if (before === undefined) differences.push({ object, only: "right" });
    else if (after === undefined) differences.push({ object, only: "left" });
    else differences.push({ object, lines: diffLines(before.split("\n"), after.split("\n")) });
  }
  return differences;
}

/** The shortest edit from one text to the other, without the lines that stay. */
function diffLines(left: string[], right: string[]): string[] {
  const common = left.map(() => right.map(() => 0));
  const length = (i: number, j: number) => common[i]?.[j] ?? 0;
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      const row = common[i];
      if (row === undefined) continue;
      row[j] = left[i] === right[j]
        ? length(i + 1, j + 1) + 1
        : Math.max(length(i + 1, j), length(i, j + 1));
    }
  }

  const lines: string[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j]) {
      i++;
      j++;
    } else if (j >= right.length || (i < left.length && length(i + 1, j) >= length(i, j + 1))) {
      lines.push(`- ${left[i++]}`);
    } else {
      lines.push(`+ ${right[j++]}`);
    }
  }
  return lines;
}
