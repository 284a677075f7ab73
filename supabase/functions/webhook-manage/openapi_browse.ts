import * as z from "zod";
import type { Operation } from "../_shared/openapi/door_part.ts";
import { Board, Callbacks, Deliveries, Errors, Films, Series } from "./browse_routes.ts";
import { get } from "./openapi_operation.ts";
import { Watch } from "./stream_routes.ts";

const Page = z.object({
  docs: z.array(z.looseObject({})),
  next: z.string().nullable(),
});
const PAGE = "Newest first; `next` is what `before` takes for the page after";

export const BROWSE_OPERATIONS: readonly Operation[] = [
  page("/browse/projects", "Films by status, user, id or words", Films),
  page("/browse/callbacks", "Callbacks by what they did", Callbacks),
  page("/browse/deliveries", "Deliveries by how they went", Deliveries),
  page("/browse/errors", "Errors by type and severity", Errors),
  look("/browse/deliveries/{id}", "One delivery with its body and each try"),
  look("/browse/error-series", "How many errors of which type, over time", Series),
  look("/browse/board", "The newest films of each column, and the figures beside them", Board),
  look("/browse/overview", "Films by status, money of today, what waits for somebody"),
  look("/browse/queue", "What is open, what is stuck and why, which invariants are broken"),
  {
    ...get("/stream", "Listen to what these paths answer", {
      200: { says: "Events as they come", only: ["text/event-stream"] },
    }, Watch),
    description:
      "Server-sent events named `answer`: `{path, status, tag, body}`, each time that a path's " +
      "`ETag` is another one. Ends after 100 seconds.",
  },
];

function page(path: string, summary: string, query: z.ZodType): Operation {
  return get(path, summary, { 200: { says: PAGE, schema: Page } }, query);
}

function look(path: string, summary: string, query?: z.ZodType): Operation {
  const says = "With an `ETag`; 304 to an `If-None-Match` that fits";
  return get(path, summary, { 200: { says } }, query);
}
