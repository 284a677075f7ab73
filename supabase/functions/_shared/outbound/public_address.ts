import ipaddr from "ipaddr.js";

/** All that is handed out for the public Internet (IANA): the rest is special, or nobody's yet. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR("2000::/3");
/** Inside it, what ipaddr.js calls ordinary: protocol assignments (RFC 2928), documentation (RFC 9637). */
const SPECIAL = ["2001::/23", "3fff::/20"].map((range) => ipaddr.IPv6.parseCIDR(range));
/** NAT64 by the well-known prefix (RFC 6052): how a network without IPv4 reaches an IPv4 address. */
const NAT64 = ipaddr.IPv6.parseCIDR("64:ff9b::/96");

/**
 * True for an address of the public Internet. An IPv6 address that leads to an IPv4 one is as public
 * as that (mapped, NAT64), or not at all (compatible, translated, 6to4, Teredo). What is no address,
 * or carries a zone, is not public.
 */
export function isPublicAddress(text: string): boolean {
  if (text.includes("%") || !ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  if (address instanceof ipaddr.IPv4) return isPublicV4(address, text);
  if (!(address instanceof ipaddr.IPv6)) return false;
  if (address.isIPv4MappedAddress()) return isPublicV4(address.toIPv4Address());
  if (address.match(NAT64)) return isPublicV4(new ipaddr.IPv4(address.toByteArray().slice(12)));

  return address.match(GLOBAL_UNICAST) && address.range() === "unicast" &&
    !SPECIAL.some((range) => address.match(range));
}

/** Only the dotted form is believed: others read 010.0.0.1 as 8.0.0.1, or as 10.0.0.1. */
function isPublicV4(address: ipaddr.IPv4, written?: string): boolean {
  if (written !== undefined && written !== address.toString()) return false;
  return address.range() === "unicast";
}
