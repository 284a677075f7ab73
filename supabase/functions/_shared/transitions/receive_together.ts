import * as z from "zod";
import { type Callback, receiveCallback, ReceivedCallback } from "./callbacks.ts";
import { callTogether, type World } from "./call_together.ts";

const Answers = z.array(ReceivedCallback.nullable());

/** As `receiveCallback`, but callbacks that come at the same time go to the database together. */
export function receiveTogether(
  world: World,
): (callback: Callback) => Promise<ReceivedCallback> {
  const { db } = world;
  return callTogether<Callback, ReceivedCallback>({
    name: "receive_callbacks",
    many: (callbacks) => db.call("receive_callbacks", { p_callbacks: callbacks }, Answers),
    alone: (callback) => receiveCallback(db, callback),
    isPlain,
    // It would be looked at twice where it cannot be applied with others.
    sendsLoneAlone: true,
    sizeOf: ({ raw_body }) => raw_body.length,
  }, world);
}

/** What the database would send back is not sent; it has the last word. */
function isPlain({ token, result }: Callback): boolean {
  return token !== null && result?.state === "completed" && result.request_id !== null &&
    result.output.cost_usd === undefined;
}
