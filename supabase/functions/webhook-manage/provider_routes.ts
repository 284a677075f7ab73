import * as z from "zod";
import { refuseOtherMethods } from "../_shared/door.ts";
import { notFound, refuseBody } from "../_shared/errors.ts";
import { listProviders, setProvider } from "../_shared/management/installation.ts";
import { readFields, readId } from "../_shared/read_fields.ts";
import { asVerb, type Desk } from "./desk.ts";

/** Here null is not as absent: it takes a limit away. */
const Limit = z.int().min(1).max(1_000_000).nullable().optional();

export const Changes = z.object({
  is_paused: z.boolean().optional(),
  max_in_flight: Limit,
  max_in_flight_per_user: Limit,
  is_held: z.literal(false, "Only false: a provider is held by what it answers").optional(),
});

/** Limits and switches of providers, and the switch for all. */
export function addProviderRoutes({ app, admit, db, log, watchBell }: Desk): void {
  app.get("/providers", async (c) => {
    await admit(c);
    return c.json({ providers: await listProviders(db) });
  });
  refuseOtherMethods(app, "/providers", "GET");

  app.get("/providers/:name", async (c) => {
    await admit(c);
    const name = readId(c, "name");
    const provider = (await listProviders(db)).find((one) => one.name === name);
    if (provider === undefined) throw notFound();
    return c.json(provider);
  });
  app.post("/providers/:name", async (c) => {
    const changes = readFields((await admit(c)).body, Changes);
    const name = readId(c, "name");
    if (Object.keys(changes).length === 0) {
      const message = "Required: is_paused, max_in_flight, max_in_flight_per_user or is_held";
      throw refuseBody([{ path: "", message }]);
    }
    const provider = await asVerb(setProvider(db, name, changes));
    log("provider.changed", { name, ...changes });
    watchBell();
    return c.json(provider);
  });
  refuseOtherMethods(app, "/providers/:name", "GET, POST");

  for (const [path, is_paused] of [["/pause-all", true], ["/resume-all", false]] as const) {
    app.post(path, async (c) => {
      await admit(c);
      const provider = await setProvider(db, "*", { is_paused });
      log("provider.changed", { name: "*", is_paused });
      watchBell();
      return c.json(provider);
    });
    refuseOtherMethods(app, path, "POST");
  }
}
