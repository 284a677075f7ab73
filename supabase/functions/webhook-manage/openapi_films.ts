import * as z from "zod";
import type { Operation } from "../_shared/openapi/door_part.ts";
import { ProjectVerb } from "../_shared/management/films.ts";
import { Why } from "./desk.ts";
import { Take } from "./film_routes.ts";
import { OPERATOR } from "./openapi_callbacks.ts";
import { TakeFields } from "./plan_take.ts";

const Done = z.looseObject({});
const CONFLICT = { 409: { says: "Not in the state that it is in; the sentence says why" } };

export function verb(path: string, summary: string, schema?: z.ZodType): Operation {
  return {
    method: "post",
    path,
    summary,
    by: OPERATOR,
    ...schema && { body: { schema, isRequired: false } },
    answers: { 200: { says: "Done", schema: Done }, ...CONFLICT },
  };
}

export const FILM_OPERATIONS: readonly Operation[] = [
  {
    method: "get",
    path: "/projects/{id}",
    summary: "A film's story",
    by: OPERATOR,
    answers: { 200: { says: "The film, its scenes, steps, events and deliveries" } },
  },
  ...ProjectVerb.options.map((name) =>
    verb(`/projects/{id}/${name}`, `${name.charAt(0).toUpperCase()}${name.slice(1)} a film`, Why)
  ),
  verb("/scenes/{id}/regenerate", "Make a new take of a scene", TakeFields),
  verb("/scenes/{id}/select", "Put another take into the film", Take),
  verb("/steps/{id}/redrive", "Do a failed step again"),
];
