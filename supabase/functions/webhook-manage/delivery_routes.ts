import * as z from "zod";
import { refuseOtherMethods } from "../_shared/door.ts";
import {
  listDeliveries,
  readDelivery,
  redriveDeliveries,
  redriveDelivery,
  replayDeliveries,
  replayDelivery,
} from "../_shared/management/deliveries.ts";
import { notFound } from "../_shared/errors.ts";
import { readFields, readId, readQuery } from "../_shared/read_fields.ts";
import { createAct, type Desk, Time } from "./desk.ts";

const Name = z.string().max(255);
export const Filter = z.object({
  status: z.enum([
    "pending",
    "delivering",
    "batched",
    "delivered",
    "dead",
    "filtered",
    "skipped",
  ]).optional(),
  endpoint_id: Name.optional(),
  project_id: Name.optional(),
  type: Name.optional(),
  limit: z.coerce.number().int().min(1).max(500).optional(),
});
export const Range = z.object({
  from: Time.nullish(),
  to: Time.nullish(),
  limit: z.int().min(1).max(1000).nullish(),
});
export const Replay = z.strictObject({
  statuses: z.array(z.enum(["dead", "delivered", "filtered", "skipped"])).min(1).optional(),
  endpoint_id: Name.optional(),
  user_id: Name.optional(),
  project_id: Name.optional(),
  type: Name.optional(),
  from: Time.optional(),
  to: Time.optional(),
  limit: z.int().min(1).max(10_000).optional(),
  per_second: z.number().min(0.01).max(1000).optional(),
  dry_run: z.boolean().optional(),
});

/** What was sent, to whom, how each try went; and sending it again. */
export function addDeliveryRoutes(desk: Desk): void {
  const { app, admit, db } = desk;
  const act = createAct(desk);

  app.get("/deliveries", async (c) => {
    await admit(c);
    const { limit = 50, ...filter } = readQuery(c, Filter);
    return c.json({ deliveries: await listDeliveries(db, filter, limit) });
  });
  refuseOtherMethods(app, "/deliveries", "GET");

  app.post("/deliveries/redrive", async (c) => {
    const { from = null, to = null, limit } = readFields((await admit(c)).body, Range);
    const by = { from, to, limit: limit ?? 100 };
    return c.json(await act("redrive", "deliveries", redriveDeliveries(db, by)));
  });
  refuseOtherMethods(app, "/deliveries/redrive", "POST");

  app.post("/deliveries/replay", async (c) => {
    const { limit = 100, per_second: perSecond = 10, dry_run: isDry = false, ...filter } =
      readFields((await admit(c)).body, Replay);
    const how = { limit, perSecond, isDry };
    return c.json(await act("replay", "deliveries", replayDeliveries(db, filter, how)));
  });
  refuseOtherMethods(app, "/deliveries/replay", "POST");

  app.get("/deliveries/:id", async (c) => {
    await admit(c);
    const delivery = await readDelivery(db, readId(c, "id"));
    if (delivery === null) throw notFound();
    return c.json(delivery);
  });
  refuseOtherMethods(app, "/deliveries/:id", "GET");

  app.post("/deliveries/:id/redrive", async (c) => {
    await admit(c);
    const id = readId(c, "id");
    return c.json(await act("redrive", id, redriveDelivery(db, id)));
  });
  refuseOtherMethods(app, "/deliveries/:id/redrive", "POST");

  app.post("/deliveries/:id/replay", async (c) => {
    await admit(c);
    const id = readId(c, "id");
    return c.json(await act("replay", id, replayDelivery(db, id)));
  });
  refuseOtherMethods(app, "/deliveries/:id/replay", "POST");
}
