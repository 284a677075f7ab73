import * as z from "zod";
import { refuseOtherMethods } from "../_shared/door.ts";
import { refuseBody } from "../_shared/errors.ts";
import { forMethod } from "../_shared/event_stream.ts";
import { zodIssues } from "../_shared/zod_issues.ts";
import { type AnswerStreamsOptions, createAnswerStreams } from "./answer_streams.ts";
import type { Desk } from "./desk.ts";

/** As many as a page of a console shows at once, and some more. */
const MOST_PATHS = 8;

export const Watch = z.object({
  /** Below this door, e.g. `/browse/board?limit=24`. */
  path: z.array(z.string().startsWith("/").max(500)).min(1).max(MOST_PATHS),
  /** Of each path, in the same order, the `ETag` that its reader has; none: all is told once. */
  tag: z.array(z.string().max(100)).max(MOST_PATHS).default([]),
});

/** Server-sent events for a console: what it shows, each time that it is something else. */
export function addStreamRoutes(
  { app, admit, now, wait }: Desk,
  options: AnswerStreamsOptions,
): void {
  const streams = createAnswerStreams({ now, wait }, options);

  app.get("/stream", async (c) => {
    await admit(c);
    const { searchParams } = new URL(c.req.url);
    const asked = Watch.safeParse({
      path: searchParams.getAll("path"),
      tag: searchParams.getAll("tag"),
    });
    if (!asked.success) throw refuseBody(zodIssues(asked.error));
    const { path, tag } = asked.data;
    const watched = path.map((one, i) => ({ path: one, tag: tag[i] ?? "" }));
    return await forMethod(c.req.method, streams.open(watched));
  });
  refuseOtherMethods(app, "/stream", "GET");
}
