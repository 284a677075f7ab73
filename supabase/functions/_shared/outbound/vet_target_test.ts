import assert from "node:assert/strict";
import fc from "fast-check";
import { PUBLIC_ADDRESS } from "../testing/tls_loopback.ts";
import { OutboundFailure } from "./outbound_failure.ts";
import { vetTarget } from "./vet_target.ts";

const PRIVATE = ["10.0.0.1", "127.0.0.1", "169.254.169.254", "::1", "fd00::1", "::ffff:10.0.0.1"];
const signal = new AbortController().signal;

function vet(url: string, addresses: string[] = [PUBLIC_ADDRESS], allowPrivate = false) {
  return vetTarget(url, { allowPrivate, resolve: () => Promise.resolve(addresses), signal });
}

async function isRefused(url: string, addresses?: string[]): Promise<boolean> {
  try {
    await vet(url, addresses);
    return false;
  } catch (error) {
    assert.ok(error instanceof OutboundFailure, url);
    assert.equal(error.kind, "not_allowed");
    return true;
  }
}

/** Ways to write an IPv4 address that some parser or other takes for it. */
function disguises(address: string): string[] {
  const parts = address.split(".").map(Number);
  const value = parts.reduce((sum, part) => sum * 256 + part, 0);
  const [a = 0, b = 0, c = 0, d = 0] = parts;
  return [
    address,
    `${address}.`,
    `${value}`,
    `0x${value.toString(16)}`,
    `0X${value.toString(16).toUpperCase()}`,
    `0${value.toString(8)}`,
    parts.map((part) => `0x${part.toString(16)}`).join("."),
    parts.map((part) => `0${part.toString(8)}`).join("."),
    parts.map((part) => `0000${part.toString(8)}`).join("."),
    `${a}.${b * 65536 + c * 256 + d}`,
    `${a}.${b}.${c * 256 + d}`,
    `0x${a.toString(16)}.${b}.0${(c * 256 + d).toString(8)}`,
    address.replaceAll(".", "。"),
    address.replaceAll(".", "%2e"),
    address.replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit))),
    address.replace(
      /\d/g,
      (digit) => digit === "0" ? digit : String.fromCharCode(0x245f + Number(digit)),
    ),
    `[::ffff:${address}]`,
    `[::${address}]`,
    `[64:ff9b::${address}]`,
    `[0:0:0:0:0:ffff:${address}]`,
  ];
}

Deno.test("a private address is refused in every disguise, at any port and path", async () => {
  const privateV4 = fc.oneof(
    fc.tuple(fc.constant(10), fc.nat(255), fc.nat(255), fc.nat(255)),
    fc.tuple(fc.constant(127), fc.nat(255), fc.nat(255), fc.nat(255)),
    fc.tuple(fc.constant(169), fc.constant(254), fc.nat(255), fc.nat(255)),
    fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), fc.nat(255), fc.nat(255)),
    fc.tuple(fc.constant(192), fc.constant(168), fc.nat(255), fc.nat(255)),
  ).map((parts) => parts.join("."));

  await fc.assert(fc.asyncProperty(privateV4, fc.nat(65535), async (address, port) => {
    for (const host of disguises(address)) {
      assert.ok(await isRefused(`https://${host}:${port}/a?b#c`), host);
    }
  }));
});

Deno.test("one private address among any number of public ones refuses the name", async () => {
  const many = fc.array(fc.constantFrom<string[]>(PUBLIC_ADDRESS, "8.8.8.8", "2606:4700::1"), {
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(many, fc.constantFrom(...PRIVATE), fc.nat(8), async (others, inside, at) => {
      assert.ok(await isRefused("https://rebind.example/", others.toSpliced(at, 0, inside)));
      if (others.length > 0) assert.ok(!await isRefused("https://rebind.example/", others));
    }),
  );
});

Deno.test("an answer that is no address is not dialled", async () => {
  for (const answer of ["localhost", "127.1", "2130706433", "", "fe80::1%eth0"]) {
    assert.ok(await isRefused("https://odd.example/", [answer]), answer);
  }
});

Deno.test("names of this machine and its network are refused, however they are written", async () => {
  for (
    const name of [
      "localhost",
      "LocalHost.",
      "a.localhost",
      "ⓛocalhost",
      "db",
      "x.internal",
      "p.LOCAL",
    ]
  ) {
    assert.ok(await isRefused(`https://${name}/`), name);
  }
});

Deno.test("user names, zones and other schemes are refused before any name is resolved", async () => {
  const urls = [
    "https://user@app.example/",
    "https://user:pass@app.example/",
    "https://app.example@10.0.0.1/",
    "https://10.0.0.1#@app.example/",
    "https://10.0.0.1\\@app.example/",
    "https://[fe80::1%25eth0]/",
    "https://[fe80::1%eth0]/",
    "http://app.example/",
    "ftp://app.example/",
    "file:///etc/passwd",
    "gopher://app.example/",
    "//app.example/",
    "",
  ];
  for (const url of urls) {
    const resolve = () => Promise.reject(new Error("Resolved"));
    await assert.rejects(vetTarget(url, { allowPrivate: false, resolve, signal }), {
      kind: "not_allowed",
    }, url);
  }
});

Deno.test("what is dialled is what was vetted, under the name that stands in the URL", async () => {
  const target = await vet("https://APP.Example.:8443/hook");

  assert.deepEqual(
    [target.hostname, target.port, target.addresses],
    ["app.example", 8443, [PUBLIC_ADDRESS]],
  );
  assert.deepEqual((await vet("https://bücher.example/")).hostname, "xn--bcher-kva.example");
  assert.deepEqual((await vet("https://[2606:4700::1]/")).addresses, ["2606:4700::1"]);
});

Deno.test("a name without addresses is not found, and says so", async () => {
  await assert.rejects(vet("https://app.example/", []), { kind: "dns_error" });
});

Deno.test("where private targets are allowed, so are http and names that only this machine knows", async () => {
  assert.deepEqual((await vet("http://127.0.0.1:9000/", [], true)).addresses, ["127.0.0.1"]);
  assert.deepEqual((await vet("http://host.docker.internal/", [], true)).addresses, [
    "host.docker.internal",
  ]);
  await assert.rejects(vet("https://a:b@x.example/", ["10.0.0.1"], true), { kind: "not_allowed" });
});
