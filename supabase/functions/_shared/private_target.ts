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
  const url = new URL(target);
  const { protocol, username, password } = url;

  if (protocol !== "https:" && protocol !== "http:") return "it is neither http nor https";
  if (username !== "" || password !== "") return "it carries a user name or a password";
  if (allowPrivate) return null;
  if (protocol === "http:") return "it is not https";
  return isPrivate(bareHost(url)) ? "it names a private address" : null;
}

/**
 * A URL's host as it is resolved and dialled: without brackets, and without the dot of an absolute name. URL has
 * already made its letters small, and turned octal, hexadecimal and short IPv4 into the dotted form.
 */
export function bareHost({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
}

function isPrivate(host: string): boolean {
  if (!ipaddr.isValid(host)) return PRIVATE_NAME.test(host) || !host.includes(".");
  return !isPublicAddress(host);
}
