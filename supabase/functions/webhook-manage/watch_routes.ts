import * as z from "zod";
import { isAway } from "../_shared/database.ts";
import { refuseOtherMethods } from "../_shared/door.ts";
import { listErrors, readErrorStats, readHealth } from "../_shared/management/figures.ts";
import { readQuery } from "../_shared/read_fields.ts";
import type { Desk } from "./desk.ts";

export const ErrorFilter = z.object({
  type: z.string().max(255).nullish(),
  limit: z.coerce.number().int().min(1).max(500).nullish(),
});

/** Errors, and whether all is well. */
export function addWatchRoutes({ app, admit, db, log }: Desk): void {
  app.get("/errors", async (c) => {
    await admit(c);
    const { type = null, limit } = readQuery(c, ErrorFilter);
    return c.json({ docs: await listErrors(db, { type, limit: limit ?? 50 }) });
  });
  refuseOtherMethods(app, "/errors", "GET");

  app.get("/errors/stats", async (c) => {
    await admit(c);
    return c.json(await readErrorStats(db));
  });
  refuseOtherMethods(app, "/errors/stats", "GET");

  app.get("/health", async (c) => {
    await admit(c);
    try {
      const { is_healthy, ...health } = await readHealth(db);
      if (is_healthy) return c.json({ status: "ok", ...health });
      const failing = Object.entries(health.checks).flatMap(([name, { ok }]) => ok ? [] : [name]);
      log("health.failing", { failing });
      return c.json({ status: "failing", error: `Failing: ${failing.join(", ")}`, ...health }, 503);
    } catch (error) {
      if (!isAway(error)) throw error;
      log("health.failing", { failing: ["database"], error });
      const checks = { database: { ok: false } };
      return c.json({ status: "failing", error: "Failing: database", checks }, 503);
    }
  });
  refuseOtherMethods(app, "/health", "GET");
}
