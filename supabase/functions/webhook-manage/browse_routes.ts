import * as z from "zod";
import { pageCallbacks } from "../_shared/management/callbacks.ts";
import { browseDelivery, pageDeliveries } from "../_shared/management/deliveries.ts";
import {
  pageErrors,
  readBoard,
  readErrorSeries,
  readOverview,
  readQueue,
} from "../_shared/management/figures.ts";
import { listProjects } from "../_shared/management/films.ts";
import { refuseOtherMethods } from "../_shared/door.ts";
import { notFound } from "../_shared/errors.ts";
import { readId, readQuery } from "../_shared/read_fields.ts";
import { aboutField, type Desk, Source } from "./desk.ts";
import { Filter } from "./delivery_routes.ts";

const Word = z.string().max(255).optional();
const Bounds = z.object({
  before: z.string().max(255).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

const Status = z.enum([
  "queued",
  "storyboarding",
  "generating",
  "stitching",
  "completed",
  "failed",
  "cancelled",
  "paused",
]);
export const Films = Bounds.extend({
  /** One, or several separated by commas. */
  status: z.string().transform((text) => text.split(",")).pipe(z.array(Status).min(1)).optional(),
  user_id: Word,
  search: z.string().max(200).optional(),
});
export const Callbacks = Bounds.extend({
  source: Source.optional(),
  status: z.enum(["success", "error", "pending"]).optional(),
  outcome: z.enum(["applied", "duplicate", "stale", "buffered", "unknown"]).optional(),
  project_id: Word,
  request_id: Word,
});
export const Deliveries = Bounds.extend({
  status: Filter.shape.status,
  type: Word,
  project_id: Word,
  endpoint_id: Word,
});
export const Errors = Bounds.extend({
  before: z.string().regex(/^\d{1,18}$/, "Expected the next of the page before").optional(),
  type: Word,
  severity: z.enum(["info", "warning", "error", "critical"]).optional(),
});
export const Board = z.object({ limit: z.coerce.number().int().min(1).max(100).default(24) });
export const Series = z.object({
  hours: z.coerce.number().positive().max(168).default(24),
  buckets: z.coerce.number().int().min(1).max(200).default(48),
});

/** What a console reads, page by page: `{docs, next}`, newest first, `next` being what `before` takes. */
export function addBrowseRoutes({ app, admit, db }: Desk): void {
  app.get("/browse/projects", async (c) => {
    await admit(c);
    const { before = null, limit, status, user_id, search } = readQuery(c, Films);
    const filter = { statuses: status, user_id, search };
    return c.json(await listProjects(db, filter, { before, limit }));
  });
  refuseOtherMethods(app, "/browse/projects", "GET");

  app.get("/browse/callbacks", async (c) => {
    await admit(c);
    const { before = null, limit, ...filter } = readQuery(c, Callbacks);
    return c.json(await aboutField("source", pageCallbacks(db, filter, { before, limit })));
  });
  refuseOtherMethods(app, "/browse/callbacks", "GET");

  app.get("/browse/deliveries", async (c) => {
    await admit(c);
    const { before = null, limit, ...filter } = readQuery(c, Deliveries);
    return c.json(await pageDeliveries(db, filter, { before, limit }));
  });
  refuseOtherMethods(app, "/browse/deliveries", "GET");

  app.get("/browse/deliveries/:id", async (c) => {
    await admit(c);
    const delivery = await browseDelivery(db, readId(c, "id"));
    if (delivery === null) throw notFound();
    return c.json(delivery);
  });
  refuseOtherMethods(app, "/browse/deliveries/:id", "GET");

  app.get("/browse/errors", async (c) => {
    await admit(c);
    const { before = null, limit, ...filter } = readQuery(c, Errors);
    return c.json(await pageErrors(db, filter, { before, limit }));
  });
  refuseOtherMethods(app, "/browse/errors", "GET");

  app.get("/browse/error-series", async (c) => {
    await admit(c);
    const { hours, buckets } = readQuery(c, Series);
    return c.json(await readErrorSeries(db, { seconds: hours * 3600, buckets }));
  });
  refuseOtherMethods(app, "/browse/error-series", "GET");

  app.get("/browse/board", async (c) => {
    await admit(c);
    const { limit } = readQuery(c, Board);
    return c.json(await readBoard(db, limit));
  });
  refuseOtherMethods(app, "/browse/board", "GET");

  app.get("/browse/overview", async (c) => {
    await admit(c);
    return c.json(await readOverview(db));
  });
  refuseOtherMethods(app, "/browse/overview", "GET");

  app.get("/browse/queue", async (c) => {
    await admit(c);
    return c.json(await readQueue(db));
  });
  refuseOtherMethods(app, "/browse/queue", "GET");
}
