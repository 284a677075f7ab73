import { CONNECTION_HEADERS } from "../_shared/connection_headers.ts";

/** What a delivery says of itself, whatever its client would have it say. */
const OURS = new Set(["accept-encoding", "content-type", "user-agent"]);

/** A delivery's headers: ours, the signature, and of the client's own all that leave both alone. */
export function deliveryHeaders(
  own: Readonly<Record<string, string>>,
  signature: Readonly<Record<string, string>>,
): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(own)) {
    const lower = name.toLowerCase();
    if (CONNECTION_HEADERS.has(lower) || OURS.has(lower) || lower.startsWith("webhook-")) continue;
    addIfLegal(headers, lower, value);
  }
  headers.set("content-type", "application/json");
  headers.set("user-agent", "Reelay/1.0");
  for (const [name, value] of Object.entries(signature)) headers.set(name, value);

  return headers;
}

/** A header that HTTP cannot carry (line breaks, odd names) must not stop the delivery for good. */
function addIfLegal(headers: Headers, name: string, value: string): void {
  try {
    headers.append(name, value);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}
