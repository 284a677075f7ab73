import type { Sql } from "postgres";
import { tellCounts } from "../tell_counts.ts";

/** Row versions that one film writes into a table. */
type Written = { table: string; inserted: number; updated: number };
type Column = { name: string; is_text: boolean; is_unique: boolean; is_key: boolean };

/** Writes the rows of films, and decides nothing. */
export interface BareFilms {
  /** Films a second. */
  write(films: number): Promise<number>;
}

/**
 * What the machine allows films at most: the rows that each of them writes, one statement a row version,
 * in as many commits, into tables with the same indexes. There is no trigger, check or foreign key,
 * nothing is looked up, and no version changes what an index holds.
 *
 * @param make makes films, which are counted; how many, and their commits.
 */
export async function createBareFilms(
  sql: Sql,
  { sessions, make }: {
    sessions: readonly Sql[];
    make: () => Promise<{ films: number; commits: number }>;
  },
): Promise<BareFilms> {
  const before = await readCounters(sql, sessions);
  const made = await make();
  const written = (await readCounters(sql, sessions)).map(({ table, inserted, updated }) => {
    const earlier = before.find((each) => each.table === table);
    return {
      table,
      inserted: Math.round((inserted - (earlier?.inserted ?? 0)) / made.films),
      updated: Math.round((updated - (earlier?.updated ?? 0)) / made.films),
    };
  });
  const commits = Math.round(made.commits / made.films);
  await createFunctions(sql, written.filter(({ inserted }) => inserted > 0), commits);

  let next = 0;
  return {
    async write(films) {
      const last = next + films;
      const since = performance.now();
      await Promise.all(sessions.map(async (session) => {
        while (next < last) {
          const film = next++;
          for (let n = 0; n < commits; n++) {
            await session`select ${session(`bare.commit_${n}`)}(${film})`;
          }
        }
      }));
      return films / (performance.now() - since) * 1000;
    },
  };
}

/** `bare.commit_<n>(film)`, each of which writes its share. */
async function createFunctions(
  sql: Sql,
  written: readonly Written[],
  commits: number,
): Promise<void> {
  await sql.unsafe("create schema bare; grant usage on schema bare to service_role");
  const inserts: string[] = [];
  const updates: string[] = [];
  for (const { table, inserted, updated } of written) {
    const columns = await copyTable(sql, table);
    const bare = `bare.${nameOf(table)}`;
    const key = columns.find(({ is_key }) => is_key);
    if (!key) throw new Error(`Cannot write rows of ${table}: it has no primary key`);

    for (let row = 0; row < inserted; row++) {
      const values = columns.map((column) =>
        column.is_key || column.is_text && column.is_unique
          ? keyOf(column, row)
          : `"${column.name}"`
      );
      inserts.push(`insert into ${bare} select ${values} from bare.sample_${nameOf(table)};`);
    }
    for (let version = 0; version < updated; version++) {
      const row = keyOf(key, version % inserted);
      updates.push(`update ${bare} set "${key.name}" = ${row} where "${key.name}" = ${row};`);
    }
  }

  const statements = [...inserts, ...updates];
  const share = Math.ceil(statements.length / commits);
  for (let n = 0; n < commits; n++) {
    await sql.unsafe(`
      create function bare.commit_${n}(p_film bigint) returns void language plpgsql
      set plan_cache_mode = force_generic_plan
      as $$ begin ${statements.slice(n * share, (n + 1) * share).join("\n")} end $$`);
  }
}

async function readCounters(sql: Sql, sessions: readonly Sql[]): Promise<Written[]> {
  await tellCounts(...sessions);
  return await sql<Written[]>`
    select schemaname || '.' || relname as table, n_tup_ins::int as inserted, n_tup_upd::int as updated
    from pg_stat_user_tables where schemaname in ('public', 'private') order by 1`;
}

/** With its indexes and one row to copy from, the newest. */
async function copyTable(sql: Sql, table: string): Promise<Column[]> {
  const name = nameOf(table);
  await sql.unsafe(`
    create table bare.${name} (like ${table} including defaults including indexes including storage);
    create table bare.sample_${name} as select * from ${table} order by ctid desc limit 1;
    grant select, insert, update on bare.${name}, bare.sample_${name} to service_role;
  `);
  return await sql<Column[]>`
    select
      attribute.attname as name,
      attribute.atttypid = 'text'::regtype as is_text,
      exists (
        select from pg_index
        where indrelid = attribute.attrelid and indisunique and attribute.attnum = any (indkey)
      ) as is_unique,
      exists (
        select from pg_index
        where indrelid = attribute.attrelid and indisprimary and attribute.attnum = any (indkey)
      ) as is_key
    from pg_attribute as attribute
    where attribute.attrelid = ${table}::regclass and attribute.attnum > 0 and not attribute.attisdropped
    order by attribute.attnum`;
}

function keyOf({ is_text }: Column, row: number): string {
  return is_text ? `'film_' || p_film || '_${row}'` : `1000000000 + p_film * 1000 + ${row}`;
}

function nameOf(table: string): string {
  return table.split(".").at(-1) ?? table;
}
