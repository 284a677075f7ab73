/* Pieces of SQL that the catalog's queries share. */

/** Namespaces that are neither Postgres's own nor the bookkeeping of migrations. */
export const OURS =
  `n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'supabase_migrations')`;

/** True of what no extension brought along. */
export function noMember(catalog: string, oid: string): string {
  return `not exists (select from pg_depend m where m.classid = '${catalog}'::regclass
    and m.objid = ${oid} and m.deptype = 'e')`;
}

/** Who may do what, in one order; an absent list and the default written out are the same. */
export function grants(list: string, kind: string, owner: string): string {
  return `coalesce((select string_agg(line, ', ' order by line) from (
    select coalesce(r.rolname, 'public') || '='
      || string_agg(g.privilege_type || case when g.is_grantable then '*' else '' end, '+'
        order by g.privilege_type) as line
    from aclexplode(coalesce(${list}, acldefault('${kind}', ${owner}))) g
    left join pg_roles r on r.oid = g.grantee group by r.rolname) lines), 'none')`;
}

/** One line for each property that is not null: `owner: postgres`. */
export function definition(properties: Record<string, string>): string {
  const lines = Object.entries(properties).map(([name, value]) =>
    `'${name}: ' || (${value})::text`
  );
  return `concat_ws(E'\\n', ${lines.join(", ")}) as definition`;
}
