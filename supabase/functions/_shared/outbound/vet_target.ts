import ipaddr from "ipaddr.js";
import { bareHost, whyNotPublic } from "../private_target.ts";
import { OutboundFailure } from "./outbound_failure.ts";
import { isPublicAddress } from "./public_address.ts";
import type { Resolve } from "./resolve.ts";

/** Where a request goes: what to dial, and what to call it there. */
export type VettedTarget = {
  url: URL;
  /** As `bareHost` has it. */
  hostname: string;
  port: number;
  /** Each was vetted; to be dialled in this order, and nothing else. */
  addresses: string[];
};

/**
 * Resolves a URL's name and looks at all of its addresses. One private address among public ones
 * refuses the name: whoever answers so is after the private one.
 *
 * @throws {OutboundFailure}
 */
export async function vetTarget(
  target: string,
  { allowPrivate, resolve, signal }: {
    allowPrivate: boolean;
    resolve: Resolve;
    signal: AbortSignal;
  },
): Promise<VettedTarget> {
  const reason = whyNotPublic(target, { allowPrivate });
  if (reason !== null) throw new OutboundFailure("not_allowed", reason);

  const url = new URL(target);
  const hostname = bareHost(url);
  const addresses = ipaddr.isValid(hostname) ? [hostname] : await resolve(hostname, signal);
  if (!allowPrivate && !addresses.every(isPublicAddress)) {
    throw new OutboundFailure("not_allowed", "its name leads to a private address");
  }
  // Where private targets are allowed, names that only this machine knows are, too.
  if (addresses.length === 0 && allowPrivate) addresses.push(hostname);
  if (addresses.length === 0) throw new OutboundFailure("dns_error", "host name not found");

  const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
  return { url, hostname, port, addresses };
}
