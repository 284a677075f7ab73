import ipaddr from "ipaddr.js";
import { isPublicAddress } from "./outbound/public_address.ts";

/** Names that never leave a machine or its network. */
const PRIVATE_NAME = /(^|\.)(localhost|local|internal)$/;

/**
 * Says why we do not call a URL that a stranger gave us, or null where we may. Without
 * `allowPrivate` it has to be https and must not name a private address. What a public name leads to
 * is seen when it is called: `outbound/vet_target.ts`.
 */
export function whyNotPublic(
  target: string,
  { allowPrivate }: { allowPrivate: boolean },
): string | null {
  if (!URL.canParse(target)) return "it is not a URL";
  const { protocol, hostname, username, password } = new URL(target);

  if (protocol !== "https:" && protocol !== "http:") return "it is neither http nor https";
  if (username !== "" || password !== "") return "it carries a user name or a password";
  if (allowPrivate) return null;
  if (protocol === "http:") return "it is not https";
  return isPrivate(hostname) ? "it names a private address" : null;
}

function isPrivate(hostname: string): boolean {
  // URL has already turned octal, hexadecimal and short IPv4 into the dotted form.
  const host = hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "").toLowerCase();
  if (!ipaddr.isValid(host)) return PRIVATE_NAME.test(host) || !host.includes(".");
  return !isPublicAddress(host);
}
