import assert from "node:assert/strict";
import fc from "fast-check";
import { isPublicAddress } from "./public_address.ts";

/** First and last address of what the IANA registries call special, with what it is for. */
const SPECIAL: [string, string, string][] = [
  ["0.0.0.0", "0.255.255.255", "this network, unspecified"],
  ["10.0.0.0", "10.255.255.255", "private"],
  ["100.64.0.0", "100.127.255.255", "carrier-grade NAT"],
  ["127.0.0.0", "127.255.255.255", "loopback"],
  ["169.254.0.0", "169.254.255.255", "link-local, metadata"],
  ["172.16.0.0", "172.31.255.255", "private"],
  ["192.0.0.0", "192.0.0.255", "protocol assignments, metadata of one cloud"],
  ["192.0.2.0", "192.0.2.255", "documentation"],
  ["192.88.99.0", "192.88.99.255", "6to4 relays"],
  ["192.168.0.0", "192.168.255.255", "private"],
  ["198.18.0.0", "198.19.255.255", "benchmarks"],
  ["198.51.100.0", "198.51.100.255", "documentation"],
  ["203.0.113.0", "203.0.113.255", "documentation"],
  ["224.0.0.0", "239.255.255.255", "multicast"],
  ["240.0.0.0", "255.255.255.255", "reserved, broadcast"],
];

const octet = fc.integer({ min: 0, max: 255 });
const anyV4 = fc.tuple(octet, octet, octet, octet);
const group = fc.integer({ min: 0, max: 0xffff });

function number(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function dotted(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");
}

function hex([a, b, c, d]: readonly number[]): string {
  const pair = (high = 0, low = 0) => (high * 256 + low).toString(16);
  return `${pair(a, b)}:${pair(c, d)}`;
}

Deno.test("no special IPv4 range is public, from its first address to its last", () => {
  for (const [first, last, what] of SPECIAL) {
    const inside = fc.integer({ min: number(first), max: number(last) });
    for (const address of [first, last]) assert.ok(!isPublicAddress(address), `${what} ${address}`);
    fc.assert(fc.property(inside, (value) => !isPublicAddress(dotted(value))), { numRuns: 30 });
  }
});

Deno.test("every other IPv4 address is public", () => {
  const isSpecial = (value: number) =>
    // AS112 and AMT: addresses of services, of nobody's receiver.
    /^192\.(31\.196|52\.193|175\.48)\./.test(dotted(value)) ||
    SPECIAL.some(([first, last]) => value >= number(first) && value <= number(last));

  fc.assert(fc.property(fc.integer({ min: 0, max: 0xffffffff }), (value) => {
    assert.equal(isPublicAddress(dotted(value)), !isSpecial(value), dotted(value));
  }));
});

Deno.test("an IPv6 address that leads to an IPv4 one is never more public than that", () => {
  const embeddings = (v4: readonly number[]) => [
    `::ffff:${v4.join(".")}`,
    `::ffff:${hex(v4)}`,
    `::${v4.join(".")}`,
    `::ffff:0:${hex(v4)}`,
    `64:ff9b::${hex(v4)}`,
    `64:ff9b:1::${hex(v4)}`,
    `2002:${hex(v4)}::1`,
    `2001:0:4136:e378:8000:63bf:${hex(v4.map((part) => 255 - part))}`,
  ];

  fc.assert(fc.property(anyV4, (v4) => {
    const isPublic = isPublicAddress(v4.join("."));
    for (const address of embeddings(v4)) {
      assert.ok(isPublic || !isPublicAddress(address), address);
    }
  }));
  assert.ok(isPublicAddress("::ffff:8.8.8.8"));
  assert.ok(isPublicAddress("64:ff9b::8.8.8.8"));
});

Deno.test("of IPv6 only 2000::/3 is public, and not all of that", () => {
  const outside = fc.tuple(group.filter((first) => first >> 13 !== 1 && first !== 0x64), group);
  fc.assert(fc.property(outside, ([first, last]) => {
    return !isPublicAddress(`${first.toString(16)}:1::${last.toString(16)}`);
  }));

  const special = ["::", "::1", "fe80::1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1"];
  const inside = ["2001:db8::1", "2001::1", "2001:2::1", "2001:20::1", "2002::1", "3fff::1"];
  const others = ["100::1", "5f00::1", "fe80::1%eth0", "2606:4700::1%1"];
  for (const address of [...special, ...inside, ...others]) {
    assert.ok(!isPublicAddress(address), address);
  }
  assert.ok(isPublicAddress("2606:4700::1"));
  assert.ok(isPublicAddress("2a00:1450:4001::200e"));
});

Deno.test("what is no address, or an IPv4 address in another form, is not public", () => {
  const forms = [
    "",
    "example.com",
    "8.8.8",
    "134744072",
    "0x8.8.8.8",
    "010.8.8.8",
    "8.8.8.8.",
    "1::g",
  ];
  for (const text of forms) assert.ok(!isPublicAddress(text), text);
});
