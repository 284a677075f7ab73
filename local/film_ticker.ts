import type { Sql } from "postgres";
import { pause } from "../supabase/functions/_shared/pause.ts";
import { colourOf, type Paint } from "./paint.ts";
import { inOneLine } from "./printable.ts";

export type TickerEvent = {
  event_id: number;
  type: string;
  name: string;
  position: number | null;
  at: Date;
};

const PAUSE_MS = 1000;

/** Tells of every film's stations from now on, a line each, until it is stopped. */
export async function startFilmTicker(
  { sql, paint, say }: { sql: Sql; paint: Paint; say: (line: string) => void },
): Promise<{ stop(): Promise<void> }> {
  const stopped = new AbortController();
  const work = tick(await newest(sql));

  async function tick(last: number): Promise<void> {
    while (!stopped.signal.aborted) {
      // A database that is away for a moment is no reason to stop telling.
      const events = await readEvents(sql, last).catch(() => []);
      for (const event of events) say(describeEvent(event, paint));
      last = events.at(-1)?.event_id ?? last;
      await pause(PAUSE_MS, stopped.signal);
    }
  }

  return {
    async stop() {
      stopped.abort();
      await work;
    },
  };
}

/** `06:16:03  bay      scene 2 generating` */
export function describeEvent({ type, name, position, at }: TickerEvent, paint: Paint): string {
  const [what = "", status = ""] = type.split(".");
  const subject = what === "scene" ? `scene ${position ?? "?"}` : "film";
  const time = paint("dim", at.toTimeString().slice(0, 8));
  const words = `${subject} ${status.replaceAll("_", " ")}`;
  return `${time}  ${inOneLine(name).padEnd(16).slice(0, 24)} ${paint(colourOf(status), words)}`;
}

async function newest(sql: Sql): Promise<number> {
  const [row] = await sql`select coalesce(max(event_id), 0)::int as id from public.pipeline_events`;
  return Number(row?.id ?? 0);
}

async function readEvents(sql: Sql, after: number): Promise<TickerEvent[]> {
  return await sql<TickerEvent[]>`
    select pipeline_events.event_id::int, pipeline_events.type, projects.video_id as name,
      scenes.position, pipeline_events.at
    from public.pipeline_events
    join public.projects using (project_id)
    left join public.scenes on scenes.scene_id = pipeline_events.scene_id
    where pipeline_events.event_id > ${after}
      and pipeline_events.type ~ '^(project|scene)[.](queued|storyboarding|generating|extracting_frame|stitching|completed|failed|cancelled|paused|resumed)$'
    order by pipeline_events.event_id
    limit 200`;
}
