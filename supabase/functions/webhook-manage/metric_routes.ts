import type { Context } from "hono";
import * as z from "zod";
import { refuseOtherMethods } from "../_shared/door.ts";
import { readHealth, readMetrics } from "../_shared/management/figures.ts";
import { readQuery } from "../_shared/read_fields.ts";
import type { Desk } from "./desk.ts";
import { doorFigures, DoorSums } from "./door_figures.ts";
import { metricFamilies, Metrics } from "./metric_families.ts";
import { PROMETHEUS_TYPE, prometheusText } from "./prometheus_text.ts";

/** A week at most: what is older may be pruned already. */
export const Window = z.object({
  hours: z.coerce.number().positive().max(168).nullish(),
  format: z.enum(["json", "prometheus"], "Expected json or prometheus").nullish(),
});

/** Health that cannot be read is told as such; the other figures are there. */
const UNTOLD = { checks: { health: { ok: false } } };

const WithDoors = z.looseObject({ doors: z.record(z.string(), DoorSums).default({}) });

/** Figures, as JSON for people and as text for Prometheus. */
export function addMetricRoutes({ app, admit, db, log }: Desk): void {
  app.get("/metrics", async (c) => {
    await admit(c);
    const { hours, format } = readQuery(c, Window);
    const seconds = (hours ?? 24) * 3600;
    const facts = await readMetrics(db, seconds);
    if (format ? format === "prometheus" : wantsText(c)) {
      const health = await readHealth(db).catch((error) => {
        log("metrics.without_health", { error });
        return UNTOLD;
      });
      const families = metricFamilies(Metrics.parse(facts), health, seconds);
      const text = prometheusText(families);
      return c.body(text, 200, { "Content-Type": PROMETHEUS_TYPE });
    }

    const { doors_ever: _, doors, ...others } = WithDoors.parse(facts);
    const figures = Object.entries(doors).map(([door, sums]) => [door, doorFigures(sums)]);
    return c.json({ ...others, doors: Object.fromEntries(figures) });
  });
  refuseOtherMethods(app, "/metrics", "GET");
}

/** Prometheus asks for its own formats by name, a browser or curl for anything. */
function wantsText(c: Context): boolean {
  const accept = c.req.header("accept") ?? "";
  return /\btext\/plain\b/.test(accept) && !/\bapplication\/json\b/.test(accept);
}
