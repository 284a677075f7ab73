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

/** The functions that migrations make in the schema that the API exposes; some may be dropped by now. */
export function shippedFunctions(texts: string[]): string[] {
  const made = texts.flatMap((text) => [
    ...text.matchAll(/^create (?:or replace )?function public\.(\w+)/gm),
  ]);
  return [...new Set(made.map(([, name = ""]) => name))];
}
