import type { Operation } from "../_shared/openapi/door_part.ts";
import { ProjectVerb } from "../_shared/management/films.ts";
import { Why } from "./desk.ts";
import { Take } from "./film_routes.ts";
import { get, verb } from "./openapi_operation.ts";
import { TakeFields } from "./plan_take.ts";

export const FILM_OPERATIONS: readonly Operation[] = [
  get("/projects/{id}", "A film's story", {
    200: { says: "The film, its scenes, steps, events and deliveries" },
  }),
  ...ProjectVerb.options.map((name) =>
    verb(`/projects/{id}/${name}`, `${name.charAt(0).toUpperCase()}${name.slice(1)} a film`, Why)
  ),
  {
    ...verb("/scenes/{id}/regenerate", "Make a new take of a scene", TakeFields),
    headers: { "Idempotency-Key": "With the same once more, it is the same take" },
  },
  verb("/scenes/{id}/select", "Put another take into the film", Take),
  verb("/steps/{id}/redrive", "Do a failed step again"),
];
