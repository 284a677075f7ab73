import { mayPassOneByOne } from "../_shared/database.ts";
import type { Deps } from "../_shared/deps.ts";
import { allowsPrivateTargets, type Get, optional, readSecrets } from "../_shared/env.ts";
import { tellOnce } from "../_shared/outbound/fetch_unpinned.ts";
import { createPost } from "../_shared/outbound/post.ts";
import {
  claimDeliveries,
  type DeliveryResult,
  type DeliveryWork,
  recordDeliveries,
  recordDelivery,
} from "../_shared/transitions/deliveries.ts";
import type { NotificationService } from "./delivery_target.ts";
import { createRecorder } from "./record_pages.ts";
import { retryWhileAway } from "./retry_while_away.ts";
import { createDeliveryLoop, type DeliveryLoop, type DeliverySlots } from "./run_deliveries.ts";
import { type DeliveryDeps, sendDelivery } from "./send_delivery.ts";

/** An isolate has 256 MB: 40 MiB of bodies at most are on their way, a claim's 8 MiB included. */
const SLOTS: DeliverySlots = {
  quick: 100,
  slow: 100,
  slowAfter: 1000,
  bytes: 32 * 2 ** 20,
  time: 100_000,
};

export type Deliveries = DeliveryLoop & {
  /** Posts one delivery, and records nothing. */
  send: (work: DeliveryWork) => Promise<DeliveryResult>;
};

/** Wires the loop of deliveries to the database and to the clients that they go to. */
export function startDeliveries(
  { get, db, fetch, now, log, pause, stopping, ring }:
    & Pick<Deps, "get" | "db" | "fetch" | "now" | "log">
    & {
      /** Sleeps `ms`, or until the signal aborts. */
      pause: (ms: number, signal?: AbortSignal) => Promise<void>;
      stopping: AbortSignal;
      /** Rings for a successor. */
      ring: () => Promise<void>;
    },
): Deliveries {
  const allowPrivate = allowsPrivateTargets(get);
  const deps: DeliveryDeps = {
    secrets: readSecrets(get, "CALLBACK_SIGNING_SECRET"),
    notification: notificationService(get),
    allowPrivate,
    post: createPost({ allowPrivate, fetch, now, onUnpinned: tellOnce(log) }),
    now,
  };
  const send = (work: DeliveryWork) => sendDelivery(deps, work);
  const record = createRecorder({
    async recordPage(page) {
      await retryWhileAway(() => recordDeliveries(db, page), pause, mayPassOneByOne);
    },
    async recordOne({ work, result }) {
      await retryWhileAway(() => recordDelivery(db, work, result), pause);
    },
  });
  let woken = new AbortController();
  const loop = createDeliveryLoop({
    claim: (limit) =>
      retryWhileAway(() => claimDeliveries(db, limit), (ms) => pause(ms, woken.signal)),
    deliver: async (work) => await record({ work, result: await send(work) }),
    ring,
    sleep: pause,
    now,
    log,
    slots: SLOTS,
    stopping,
  });

  return {
    ...loop,
    send,
    wake() {
      // Whoever wakes has just had an answer of the database: there is no need to wait for it.
      woken.abort();
      woken = new AbortController();
      loop.wake();
    },
  };
}

function notificationService(get: Get): NotificationService | null {
  const url = optional(get, "NOTIFICATION_SERVICE_URL");
  return url === null ? null : { url, key: optional(get, "NOTIFICATION_API_KEY") };
}
