import type { DoorPart } from "../_shared/openapi/door_part.ts";
import { BROWSE_OPERATIONS } from "./openapi_browse.ts";
import { CALLBACK_OPERATIONS } from "./openapi_callbacks.ts";
import { DELIVERY_OPERATIONS, ENDPOINT_OPERATIONS } from "./openapi_deliveries.ts";
import { FILM_OPERATIONS } from "./openapi_films.ts";
import { INSTALLATION_OPERATIONS } from "./openapi_installation.ts";

export const WEBHOOK_MANAGE: DoorPart = {
  door: "webhook-manage",
  says: "What whoever is on call asks and does.",
  operations: [
    ...BROWSE_OPERATIONS,
    ...CALLBACK_OPERATIONS,
    ...DELIVERY_OPERATIONS,
    ...ENDPOINT_OPERATIONS,
    ...FILM_OPERATIONS,
    ...INSTALLATION_OPERATIONS,
  ],
};
