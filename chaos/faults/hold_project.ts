import { connectSturdily } from "../../local/postgres/sturdy_sql.ts";
import { pause } from "../../supabase/functions/_shared/pause.ts";

/** Locks one film that is being made and does nothing for so long, as a forgotten session does. */
export async function holdProject(
  { url, ms, choice }: { url: string; ms: number; choice: number },
): Promise<void> {
  const sql = connectSturdily(url, { max: 1 });
  try {
    await sql.begin(async (transaction) => {
      const open = await transaction`
        select project_id from public.projects
        where status in ('queued', 'generating', 'stitching')
        order by project_id`;
      const project = open[Math.floor(choice * open.length)]?.project_id ?? null;
      await transaction`
        select from public.projects where project_id = ${project} for no key update`;
      await pause(ms);
    });
  } catch {
    // Another fault has ended it.
  } finally {
    await sql.end({ timeout: 0 });
  }
}
