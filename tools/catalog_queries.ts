import { definition, grants, noMember, OURS } from "./catalog_sql.ts";

/*
 * What a database is, asked of its system catalog: each query answers rows of `name` and
 * `definition`. Left out: system schemas, members of extensions (their version stands for them),
 * and the bookkeeping of migrations.
 */

const SCHEMAS = `
  select n.nspname as name, ${
  definition({
    owner: "pg_get_userbyid(n.nspowner)",
    grants: grants("n.nspacl", "n", "n.nspowner"),
    comment: "obj_description(n.oid, 'pg_namespace')",
  })
}
  from pg_namespace n
  where ${OURS} and ${noMember("pg_namespace", "n.oid")}`;

const EXTENSIONS = `
  select e.extname as name, ${definition({ version: "e.extversion", schema: "n.nspname" })}
  from pg_extension e join pg_namespace n on n.oid = e.extnamespace`;

const TABLES = `
  select format('%I.%I', n.nspname, c.relname) as name, ${
  definition({
    kind: `case c.relkind when 'r' then 'table' when 'p' then 'partitioned table'
      when 'v' then 'view' when 'm' then 'materialized view' else c.relkind::text end`,
    persistence: "c.relpersistence",
    owner: "pg_get_userbyid(c.relowner)",
    "row level security": "c.relrowsecurity",
    "row level security forced": "nullif(c.relforcerowsecurity, false)",
    options: "array_to_string(c.reloptions, ', ')",
    "partition by": "case when c.relkind = 'p' then pg_get_partkeydef(c.oid) end",
    partition: "pg_get_expr(c.relpartbound, c.oid)",
    inherits: `select string_agg(i.inhparent::regclass::text, ', ' order by i.inhseqno)
      from pg_inherits i where i.inhrelid = c.oid`,
    query: "case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end",
    grants: grants("c.relacl", "r", "c.relowner"),
    comment: "obj_description(c.oid, 'pg_class')",
  })
}
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f') and ${OURS} and ${noMember("pg_class", "c.oid")}`;

const COLUMNS = `
  select format('%I.%I.%I', n.nspname, c.relname, a.attname) as name, ${
  definition({
    position: "row_number() over (partition by c.oid order by a.attnum)",
    type: "format_type(a.atttypid, a.atttypmod)",
    collation: "nullif(nullif(a.attcollation, t.typcollation), 0)::regcollation",
    "not null": "a.attnotnull",
    default: "pg_get_expr(d.adbin, d.adrelid)",
    identity: "nullif(a.attidentity::text, '')",
    generated: "nullif(a.attgenerated::text, '')",
    grants: grants("a.attacl", "c", "c.relowner"),
    comment: "col_description(c.oid, a.attnum)",
  })
}
  from pg_attribute a
  join pg_class c on c.oid = a.attrelid
  join pg_namespace n on n.oid = c.relnamespace
  join pg_type t on t.oid = a.atttypid
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'v', 'm', 'f', 'c')
    and ${OURS} and ${noMember("pg_class", "c.oid")}`;

const CONSTRAINTS = `
  select format('%s %I', coalesce(nullif(k.conrelid, 0)::regclass::text, k.contypid::regtype::text),
      k.conname) as name, ${
  definition({
    is: "pg_get_constraintdef(k.oid)",
    comment: "obj_description(k.oid, 'pg_constraint')",
  })
}
  from pg_constraint k join pg_namespace n on n.oid = k.connamespace
  where k.contype <> 't' and ${OURS}
    and ${noMember("pg_class", "k.conrelid")} and ${noMember("pg_type", "k.contypid")}`;

const INDEXES = `
  select i.indexrelid::regclass::text as name, ${
  definition({
    is: "pg_get_indexdef(i.indexrelid)",
    valid: "i.indisvalid",
    comment: "obj_description(i.indexrelid, 'pg_class')",
  })
}
  from pg_index i
  join pg_class c on c.oid = i.indrelid
  join pg_namespace n on n.oid = c.relnamespace
  where ${OURS} and ${noMember("pg_class", "c.oid")}`;

const FUNCTIONS = `
  select p.oid::regprocedure::text as name, ${
  definition({
    is: `case when p.prokind = 'a' then 'aggregate of ' || pg_get_function_result(p.oid)
      else pg_get_functiondef(p.oid) end`,
    owner: "pg_get_userbyid(p.proowner)",
    grants: grants("p.proacl", "f", "p.proowner"),
    comment: "obj_description(p.oid, 'pg_proc')",
  })
}
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where ${OURS} and ${noMember("pg_proc", "p.oid")}`;

const TRIGGERS = `
  select format('%s %I', t.tgrelid::regclass, t.tgname) as name, ${
  definition({
    is: "pg_get_triggerdef(t.oid)",
    enabled: "t.tgenabled",
    comment: "obj_description(t.oid, 'pg_trigger')",
  })
}
  from pg_trigger t
  join pg_class c on c.oid = t.tgrelid
  join pg_namespace n on n.oid = c.relnamespace
  where not t.tgisinternal and ${OURS} and ${noMember("pg_class", "c.oid")}`;

const EVENT_TRIGGERS = `
  select e.evtname as name, ${
  definition({
    on: "e.evtevent",
    tags: "array_to_string(e.evttags, ', ')",
    calls: "e.evtfoid::regprocedure",
    enabled: "e.evtenabled",
  })
}
  from pg_event_trigger e where ${noMember("pg_event_trigger", "e.oid")}`;

const RULES = `
  select format('%s %I', r.ev_class::regclass, r.rulename) as name,
    pg_get_ruledef(r.oid) as definition
  from pg_rewrite r
  join pg_class c on c.oid = r.ev_class
  join pg_namespace n on n.oid = c.relnamespace
  where r.rulename <> '_RETURN' and ${OURS} and ${noMember("pg_class", "c.oid")}`;

const POLICIES = `
  select format('%s %I', p.polrelid::regclass, p.polname) as name, ${
  definition({
    permissive: "p.polpermissive",
    for: "p.polcmd",
    to: `select string_agg(coalesce(r.rolname, 'public'), ', ' order by r.rolname)
      from unnest(p.polroles) role left join pg_roles r on r.oid = role`,
    using: "pg_get_expr(p.polqual, p.polrelid)",
    "with check": "pg_get_expr(p.polwithcheck, p.polrelid)",
    comment: "obj_description(p.oid, 'pg_policy')",
  })
}
  from pg_policy p
  join pg_class c on c.oid = p.polrelid
  join pg_namespace n on n.oid = c.relnamespace
  where ${OURS} and ${noMember("pg_class", "c.oid")}`;

const TYPES = `
  select t.oid::regtype::text as name, ${
  definition({
    kind: "t.typtype",
    labels: `select string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder)
      from pg_enum e where e.enumtypid = t.oid`,
    over: "case when t.typtype = 'd' then format_type(t.typbasetype, t.typtypmod) end",
    default: "t.typdefault",
    "not null": "nullif(t.typnotnull, false)",
    "range of": "select r.rngsubtype::regtype from pg_range r where r.rngtypid = t.oid",
    owner: "pg_get_userbyid(t.typowner)",
    grants: grants("t.typacl", "T", "t.typowner"),
    comment: "obj_description(t.oid, 'pg_type')",
  })
}
  from pg_type t
  join pg_namespace n on n.oid = t.typnamespace
  left join pg_class c on c.oid = t.typrelid
  where (t.typtype in ('e', 'd', 'r') or c.relkind = 'c') and ${OURS}
    and ${noMember("pg_type", "t.oid")}`;

const SEQUENCES = `
  select s.seqrelid::regclass::text as name, ${
  definition({
    is: `format('%s from %s by %s in %s..%s cache %s cycle %s', s.seqtypid::regtype, s.seqstart,
      s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle)`,
    "owned by": `select format('%s.%I', d.refobjid::regclass, a.attname) from pg_depend d
      join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
      where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype in ('a', 'i')`,
    owner: "pg_get_userbyid(c.relowner)",
    grants: grants("c.relacl", "s", "c.relowner"),
  })
}
  from pg_sequence s
  join pg_class c on c.oid = s.seqrelid
  join pg_namespace n on n.oid = c.relnamespace
  where ${OURS} and ${noMember("pg_class", "c.oid")}`;

const DEFAULT_PRIVILEGES = `
  select format('%s on %s in %s', pg_get_userbyid(d.defaclrole), d.defaclobjtype,
      coalesce(n.nspname, 'every schema')) as name, ${
  definition({ grants: grants("d.defaclacl", "r", "d.defaclrole") })
}
  from pg_default_acl d left join pg_namespace n on n.oid = d.defaclnamespace`;

const PUBLICATIONS = `
  select p.pubname as name, ${
  definition({
    "every table": "p.puballtables",
    publishes: `format('insert %s update %s delete %s truncate %s', p.pubinsert, p.pubupdate,
      p.pubdelete, p.pubtruncate)`,
    tables: `select string_agg(t.name, ', ' order by t.name) from (select r.prrelid::regclass::text
      as name from pg_publication_rel r where r.prpubid = p.oid) t`,
  })
}
  from pg_publication p`;

/** One query for each kind of object, by the kind's name in reports. */
export const CATALOG_QUERIES = {
  schema: SCHEMAS,
  extension: EXTENSIONS,
  type: TYPES,
  sequence: SEQUENCES,
  table: TABLES,
  column: COLUMNS,
  constraint: CONSTRAINTS,
  index: INDEXES,
  function: FUNCTIONS,
  trigger: TRIGGERS,
  "event trigger": EVENT_TRIGGERS,
  rule: RULES,
  policy: POLICIES,
  "default privileges": DEFAULT_PRIVILEGES,
  publication: PUBLICATIONS,
};
