import type { VideoEvents } from "../_shared/transitions/videos.ts";

/**
 * Says what is new in the form of server-sent events (WHATWG HTML, 9.2): what happened, under its
 * type and its id, then the task itself, as `task`, where it is not what was said last. JSON has no
 * line breaks that could end an event.
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
  const standing = now === said ? [] : [sayOne(lastEventId, "task", now)];

  return { words: [...happened, ...standing].join(""), lastEventId, task: now };
}

function sayOne(id: number, event: string, data: string): string {
  return `id: ${id}\nevent: ${event}\ndata: ${data}\n\n`;
}
