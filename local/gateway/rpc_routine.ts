import { z } from "zod";
import type { RunBatch } from "./postgres_pool.ts";

/** A function of schema public, as far as calling it goes. */
const Routine = z.object({
  inputs: z.array(z.object({ name: z.string(), type: z.string(), required: z.boolean() })),
  is_set: z.boolean(),
  is_void: z.boolean(),
  /** A row with named columns: a composite type, RETURNS TABLE, or OUT arguments. */
  is_row: z.boolean(),
});
export type Routine = z.infer<typeof Routine>;

const LOOK_UP = `
  select coalesce(json_agg(json_build_object(
    'inputs', coalesce(inputs.list, '[]'),
    'is_set', pg_proc.proretset,
    'is_void', pg_proc.prorettype = 'pg_catalog.void'::regtype,
    'is_row', pg_type.typtype = 'c'
      or coalesce(pg_proc.proargmodes::text[] && '{t,b,o}', false)
  )), '[]')::text
  from pg_catalog.pg_proc
  join pg_catalog.pg_type on pg_type.oid = pg_proc.prorettype
  cross join lateral (
    select json_agg(
      json_build_object(
        'name', coalesce(argument.name, ''),
        'type', pg_catalog.format_type(argument.type, null),
        'required', argument.place <= pg_proc.pronargs - pg_proc.pronargdefaults
      )
      order by argument.place
    ) as list
    from (
      select
        every.name,
        every.type,
        row_number() over (order by every.place) as place
      from unnest(
        coalesce(pg_proc.proallargtypes, pg_proc.proargtypes::oid[]),
        pg_proc.proargnames,
        pg_proc.proargmodes
      ) with ordinality as every (type, name, mode, place)
      where coalesce(every.mode, 'i') in ('i', 'b', 'v') and every.type is not null
    ) as argument
  ) as inputs
  where pg_proc.pronamespace = 'public'::regnamespace
    and pg_proc.proname = $1::text
    and pg_proc.prokind = 'f'
    and pg_proc.prorettype <> 'pg_catalog.trigger'::regtype`;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The functions of that name which take these arguments, and no others, by name. */
export async function findRoutines(
  run: RunBatch,
  name: string,
  given: string[],
): Promise<Routine[]> {
  const answer = await run([{ name: "look_up", sql: LOOK_UP, values: [encoder.encode(name)] }]);
  const routines = z.array(Routine).parse(JSON.parse(decoder.decode(answer ?? undefined)));

  return routines.filter(({ inputs }) =>
    given.every((key) => inputs.some((input) => input.name === key)) &&
    inputs.every((input) => !input.required || given.includes(input.name))
  );
}

/**
 * SQL that calls the routine with the arguments in $1, a JSON object, and answers one JSON text.
 * Postgres itself turns JSON into arguments, by the rules of json_to_record, as in PostgREST.
 */
export function buildCall(name: string, routine: Routine, given: string[]): string {
  const inputs = routine.inputs.filter((input) => given.includes(input.name));
  const columns = inputs.map(({ name, type }) => `${quote(name)} ${type}`);
  const named = inputs.map(({ name }) => `${quote(name)} := args.${quote(name)}`);
  const call = `public.${quote(name)}(${named.join(", ")})`;
  const args = inputs.length > 0
    ? `json_to_record($1::json) as args (${columns.join(", ")})`
    : "(select $1::json) as args";
  const source = routine.is_row ? `select * from ${call}` : `select ${call} as value`;

  return `select ${resultOf(routine)} from ${args} cross join lateral (${source}) as answer`;
}

function resultOf({ is_set, is_row, is_void }: Routine): string {
  if (is_void) return "answer.value::text";
  const value = is_row ? "answer" : "answer.value";
  return is_set
    ? `coalesce(json_agg(${value}), '[]')::text`
    : `coalesce(to_json(${value}), 'null')::text`;
}

function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
