import type { Hono } from "hono";
import { createBellWatch } from "../_shared/bell_watch.ts";
import type { Credentials, CredentialsDeps } from "../_shared/credentials.ts";
import type { Deps } from "../_shared/deps.ts";
import { createDoor, type Door } from "../_shared/door.ts";
import { addBrowseRoutes } from "./browse_routes.ts";
import { addCallbackRoutes } from "./callback_routes.ts";
import { conditionalGet } from "./conditional_get.ts";
import type { Desk } from "./desk.ts";
import { addDocumentRoutes } from "./document_routes.ts";
import { addDeliveryRoutes } from "./delivery_routes.ts";
import { addEndpointRoutes } from "./endpoint_routes.ts";
import { addFallbackRoutes } from "./fallback_routes.ts";
import { addFilmRoutes } from "./film_routes.ts";
import { addMetricRoutes } from "./metric_routes.ts";
import { operatorCredentials } from "./operator_credentials.ts";
import { addProviderRoutes } from "./provider_routes.ts";
import { addSourceRoutes } from "./source_routes.ts";
import { addStreamRoutes } from "./stream_routes.ts";
import { addUserRoutes } from "./user_routes.ts";
import { addWatchRoutes } from "./watch_routes.ts";

const NAME = "webhook-manage";

export type WebhookManageOptions = {
  /** Aborted when the isolate is told to go: streams end, and their readers come again. */
  stopping?: AbortSignal;
};

/** Builds the app served at `/webhook-manage`: what whoever is on call asks and does. */
export function createWebhookManage(
  deps: Deps,
  { stopping = new AbortController().signal }: WebhookManageOptions = {},
): Hono {
  const desk = sitDown(createManageDoor(deps, operatorCredentials), deps);
  let inside: Hono | null = null;
  // Before the routes whose answers are read to their end for an `ETag`.
  addStreamRoutes(desk, {
    stopping,
    async look(path) {
      inside ??= createInside(deps);
      return await inside.fetch(new Request(`http://inside/${NAME}${path}`));
    },
  });
  addRoutes(desk);
  return desk.app;
}

/**
 * The same routes for a stream whose reader is let in already: nobody is asked for a key again, and
 * its looks, several a second, are nobody's requests: they are not counted, and DEBUG tells nothing
 * of them. Only GETs are ever sent to it.
 */
function createInside(deps: Deps): Hono {
  const anybody = (): Credentials => ({
    configured: true,
    verify: () => Promise.resolve({ kind: "verified", deliveryId: null }),
  });
  const get: Deps["get"] = (name) => name === "DEBUG" ? undefined : deps.get(name);
  const desk = sitDown(createManageDoor({ ...deps, get, counts: undefined }, anybody), deps);
  addRoutes(desk);
  return desk.app;
}

function createManageDoor(deps: Deps, letIn: (deps: CredentialsDeps) => Credentials): Door {
  return createDoor({ name: NAME, letIn, greets: false }, deps);
}

function sitDown(door: Door, deps: Deps): Desk {
  return { ...deps, ...door, watchBell: createBellWatch({ ...deps, log: door.log }) };
}

function addRoutes(desk: Desk): void {
  desk.app.use("*", conditionalGet());
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
}
