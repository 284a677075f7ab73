import type { Row, Sql, TransactionSql } from "postgres";

/** Asks something as one of Supabase's roles, as PostgREST does: a user's token names who it is. */
export async function asRole(
  sql: Sql,
  role: "service_role" | "authenticated" | "anon",
  userId: string | null,
  ask: (sql: TransactionSql) => Promise<Row[]>,
): Promise<Row[]> {
  const claims = JSON.stringify({ role, ...(userId && { sub: userId }) });
  const rows: Row[] = [];
  await sql.begin(async (transaction) => {
    await transaction`select set_config('request.jwt.claims', ${claims}, true)`;
    await transaction`select set_config('role', ${role}, true)`;
    rows.push(...await ask(transaction));
  });
  return rows;
}
