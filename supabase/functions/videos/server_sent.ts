import { MOST_EVENTS, type VideoEvents } from "../_shared/transitions/videos.ts";

/** All that is said where a stream cannot begin now; in milliseconds, when it may. */
export const COME_AGAIN = "retry: 5000\n\n";

/** What a reader has heard. `status`: that the task was said, too, and as what. */
export type Heard = { after: number; status: string | null };

/** Reads `Last-Event-ID`; null for what is no id of ours: all is new then. */
export function readHeard(lastEventId: string | null): Heard | null {
  const [, after, status] = /^(\d{1,15})(?:-([a-z]+))?$/.exec(lastEventId ?? "") ?? [];
  return after === undefined ? null : { after: Number(after), status: status ?? null };
}

/**
 * Says what is new in the form of server-sent events (WHATWG HTML, 9.2): what happened, under its
 * type and its id, then the task itself, as `task`, where it is not what was said last. The task's
 * id names its status: a stream may break off between the last event and the task, and who comes
 * again has to be told from who has heard both. JSON has no line breaks that could end an event.
 */
export function sayEvents(
  { events, task }: VideoEvents,
  { after, said }: { after: number; said: string },
): { words: string; lastEventId: number; task: string } {
  const lastEventId = events.at(-1)?.event_id ?? after;
  const now = JSON.stringify(task);
  const happened = events.map(({ event_id, type, ...rest }) =>
    sayOne(event_id, type, JSON.stringify({ type, ...rest }))
  );
  // A full page may not be all; a reader may leave at a task that has ended.
  const isAll = events.length < MOST_EVENTS;
  const standing = now === said || !isAll
    ? []
    : [sayOne(`${lastEventId}-${task.status}`, "task", now)];

  return {
    words: [...happened, ...standing].join(""),
    lastEventId,
    task: isAll ? now : said,
  };
}

function sayOne(id: number | string, event: string, data: string): string {
  return `id: ${id}\nevent: ${event}\ndata: ${data}\n\n`;
}
