import type { Context } from "hono";
import { refuseBody } from "../_shared/errors.ts";

const LONGEST = 255;

/**
 * The header by which a request is known again whose answer was lost: the same key makes the same thing
 * once (draft-ietf-httpapi-idempotency-key-header).
 *
 * @throws {Refusal} 400
 */
export function readIdempotencyKey(c: Context): { idempotency_key?: string } {
  const key = c.req.header("idempotency-key") ?? "";
  if (key.length > LONGEST) {
    throw refuseBody([{ path: "idempotency_key", message: `Longer than ${LONGEST} characters` }]);
  }
  return key === "" ? {} : { idempotency_key: key };
}
