import type { Sql } from "postgres";

/** US dollars for a second of a clip by this model; taken away again before the next test. */
export async function priceClips(
  sql: Sql,
  usdPerSecond: number,
  model = "fal-ai/some-model",
): Promise<void> {
  await sql`
    insert into private.prices (model, kind, usd_per_second, as_of, source)
    values (${model}, 'generate_clip', ${usdPerSecond}, current_date, 'a test')`;
}

/** What the ledger says of a project: reserved and spent, in US dollars. */
export async function ledgerOf(
  sql: Sql,
  projectId: string,
): Promise<{ reserved: number; spent: number }> {
  const [row] = await sql<{ reserved: number; spent: number }[]>`
    select
      coalesce(sum(case kind when 'reserve' then usd when 'release' then -usd end), 0)::float8 as reserved,
      coalesce(sum(usd) filter (where kind = 'settle'), 0)::float8 as spent
    from private.ledger where project_id = ${projectId}`;
  return row ?? { reserved: 0, spent: 0 };
}

/** US dollars for a step with this input; null where its price is unknown. */
export async function estimate(
  sql: Sql,
  kind: string,
  input: Record<string, string | number | null>,
  provider = "fal",
): Promise<number | null> {
  const [row] = await sql<{ usd: number | null }[]>`
    select private.estimate_cost(${kind}, ${sql.json(input)}, ${provider})::float8 as usd`;
  return row?.usd ?? null;
}
