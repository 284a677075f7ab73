import { whyNotPublic } from "../_shared/private_target.ts";
import type { DeliveryWork } from "../_shared/transitions/deliveries.ts";

/** NOTIFICATION_SERVICE_URL and NOTIFICATION_API_KEY: the installation's own service. */
export type NotificationService = { url: string; key: string | null };

export type Target =
  | { url: string; headers: Record<string, string>; trusted: boolean }
  | { refused: string };

/**
 * Where a delivery goes and which headers it brings along. A client's URL must be public, and so must
 * an endpoint's and what a custom source is passed on to; the notification service was chosen by whoever sets this
 * installation's variables, and may stand anywhere.
 */
export function deliveryTarget(
  { endpoint_id, url, headers }: DeliveryWork,
  { notification, allowPrivate }: {
    notification: NotificationService | null;
    allowPrivate: boolean;
  },
): Target {
  if (endpoint_id === null || /^(source:|ep_)/.test(endpoint_id)) {
    const reason = whyNotPublic(url, { allowPrivate });
    return reason === null
      ? { url, headers, trusted: false }
      : { refused: `Cannot post delivery: ${reason}` };
  }
  if (endpoint_id !== "notification") {
    return { refused: `Cannot post delivery: endpoint "${endpoint_id}" is not known` };
  }
  if (notification === null) {
    return { refused: "Cannot post delivery: NOTIFICATION_SERVICE_URL is not set" };
  }
  return {
    url: notification.url,
    trusted: true,
    headers: notification.key === null ? {} : { authorization: `Bearer ${notification.key}` },
  };
}
