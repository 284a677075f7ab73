import type { Hono } from "hono";
import { createBellWatch } from "../_shared/bell_watch.ts";
import type { Deps } from "../_shared/deps.ts";
import { createDoor } from "../_shared/door.ts";
import { addBrowseRoutes } from "./browse_routes.ts";
import { addCallbackRoutes } from "./callback_routes.ts";
import { conditionalGet } from "./conditional_get.ts";
import { addDocumentRoutes } from "./document_routes.ts";
import { addDeliveryRoutes } from "./delivery_routes.ts";
import { addEndpointRoutes } from "./endpoint_routes.ts";
import { addFallbackRoutes } from "./fallback_routes.ts";
import { addFilmRoutes } from "./film_routes.ts";
import { addMetricRoutes } from "./metric_routes.ts";
import { operatorCredentials } from "./operator_credentials.ts";
import { addProviderRoutes } from "./provider_routes.ts";
import { addSourceRoutes } from "./source_routes.ts";
import { addUserRoutes } from "./user_routes.ts";
import { addWatchRoutes } from "./watch_routes.ts";

/** Builds the app served at `/webhook-manage`: what whoever is on call asks and does. */
export function createWebhookManage(deps: Deps): Hono {
  const door = createDoor(
    { name: "webhook-manage", letIn: operatorCredentials, greets: false },
    deps,
  );
  const watchBell = createBellWatch({ ...deps, log: door.log });
  const desk = { ...deps, ...door, watchBell };

  door.app.use("*", conditionalGet());
  addBrowseRoutes(desk);
  addCallbackRoutes(desk);
  addDocumentRoutes(desk);
  addDeliveryRoutes(desk);
  addEndpointRoutes(desk);
  addFilmRoutes(desk);
  addMetricRoutes(desk);
  addFallbackRoutes(desk);
  addProviderRoutes(desk);
  addSourceRoutes(desk);
  addUserRoutes(desk);
  addWatchRoutes(desk);
  return door.app;
}
