import ipaddr from "ipaddr.js";

/** Names that never leave a machine or its network. */
const PRIVATE_NAME = /(^|\.)(localhost|local|internal)$/;

/**
 * Says why we do not post to a URL that a client gave us, or null where we do. Without
 * `allowPrivate` it has to be https and must not name a private address; a public name that
 * resolves to a private address is not noticed.
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
  return ipaddr.process(host).range() !== "unicast";
}
