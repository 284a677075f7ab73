/**
 * The first column of the rows that migrations insert into a table: names of settings or providers.
 *
 * @param texts of migrations, in their order.
 */
export function shippedRows(texts: string[], table: string): string[] {
  const statement = new RegExp(
    `insert into ${table.replace(".", "\\.")} \\([^)]*\\) values([\\s\\S]*?);\\s*$`,
    "gm",
  );
  const names = texts.flatMap((text) =>
    [...text.matchAll(statement)].flatMap(([, values = ""]) =>
      [...values.matchAll(/(?:^|[\s,])\(\s*'((?:[^']|'')*)'/g)].map(([, name = ""]) => name)
    )
  );
  return [...new Set(names)];
}
