import type { Sql } from "postgres";
import { type Finding, note, ok, wrong } from "./finding.ts";

/** More of the same would hide the rest of the report. */
const SHOWN = 20;

/** Work that nobody moves on, and promises that are broken. */
export async function checkWork(sql: Sql): Promise<Finding[]> {
  const stuck = await sql<
    { what: string; id: string; project_id: string | null; why: string; stuck_for: string }[]
  >`
    select what, id, project_id, why, date_trunc('second', stuck_for)::text as stuck_for
    from private.stuck_work order by since`;
  const broken = await sql<{ invariant: string; id: string }[]>`
    select invariant, id from private.check_invariants()`;

  return [
    ...shown(
      stuck.map((row) =>
        row.what === "spending cap reached" || /^(provider|receiver) /.test(row.what)
          ? note(`${row.what}: ${row.id}`, row.why)
          : wrong(
            `Stuck for ${row.stuck_for}: ${row.what} ${row.id}${
              row.project_id && row.project_id !== row.id ? ` of ${row.project_id}` : ""
            }`,
            row.why,
          )
      ),
      "select * from private.stuck_work",
      "Nothing is stuck",
    ),
    ...shown(
      broken.map(({ invariant, id }) =>
        wrong(
          `Broken: ${invariant} (${id})`,
          "select * from pipeline_events of its project says what happened",
        )
      ),
      "select * from private.check_invariants()",
      "No invariant is broken",
    ),
  ];
}

function shown(findings: Finding[], all: string, none: string): Finding[] {
  if (findings.length === 0) return [ok(none)];
  const rest = findings.length - SHOWN;
  return rest > 0
    ? [...findings.slice(0, SHOWN), note(`${rest} more`, `${all} lists all of them`)]
    : findings;
}
