import type { ZodType } from "zod";

/*
 * What each door says of itself, in a file beside its app (`<door>/openapi.ts`). Nothing imports those
 * until somebody asks for the document: no cold start waits for them.
 */

/** How a sender proves who it is; security schemes of the document. */
export type Proof =
  | "signature"
  | "standard"
  | "bearer"
  | "fal"
  | "falSecret"
  | "lastframeSecret"
  | "source"
  | "taskToken"
  | "operator"
  | "admin";

export type Answer = {
  says: string;
  /** Absent: any JSON object. */
  schema?: ZodType;
  /** Other media types that the same facts are to be had in. */
  also?: readonly string[];
  /** Media types in place of JSON; none: an answer without a body. */
  only?: readonly string[];
};

export type Operation = {
  method: "get" | "post" | "put" | "patch" | "delete";
  /** Below the door's own path: `/task/{task_id}`; empty: the door itself. */
  path: string;
  summary: string;
  description?: string;
  /** One of them suffices; none: everybody is answered. */
  by: readonly Proof[];
  /** An object's fields are the parameters. */
  query?: ZodType;
  /** Request headers that matter besides the proof, and what they are for. */
  headers?: Record<string, string>;
  body?: { schema: ZodType; isRequired?: boolean; example?: unknown };
  /** What is peculiar to it; refusals that all doors have in common are added. */
  answers: Record<number, Answer>;
};

/** One door's part of the document. */
export type DoorPart = { door: string; says: string; operations: readonly Operation[] };
