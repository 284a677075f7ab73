import type { DoorPart } from "../_shared/openapi/door_part.ts";
import { CALLBACK_OPERATIONS } from "./openapi_callbacks.ts";
import { FILM_OPERATIONS } from "./openapi_films.ts";
import { INSTALLATION_OPERATIONS } from "./openapi_installation.ts";

export const WEBHOOK_MANAGE: DoorPart = {
  door: "webhook-manage",
  says: "What whoever is on call asks and does.",
  operations: [...CALLBACK_OPERATIONS, ...FILM_OPERATIONS, ...INSTALLATION_OPERATIONS],
};
