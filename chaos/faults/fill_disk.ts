import { connectSturdily } from "../../local/postgres/sturdy_sql.ts";
import { pause } from "../../supabase/functions/_shared/pause.ts";

/** Makes Postgres read-only for so long, as the platform does when the disk is nearly full. */
export async function fillDisk(url: string, ms: number): Promise<void> {
  await setReadOnly(url, "on");
  await pause(ms);
  await setReadOnly(url, "off");
}

const TRIES = 100;

async function setReadOnly(url: string, value: "on" | "off"): Promise<void> {
  for (let tries = 1;; tries++) {
    const sql = connectSturdily(url, { max: 1 });
    try {
      // This session may write though nobody else may.
      await sql`set default_transaction_read_only = off`;
      await sql.unsafe(`alter system set default_transaction_read_only = ${value}`);
      await sql`select pg_reload_conf()`;
      return;
    } catch (error) {
      // Postgres may be dead just now.
      if (tries === TRIES) throw error;
      await pause(300);
    } finally {
      await sql.end({ timeout: 1 });
    }
  }
}
