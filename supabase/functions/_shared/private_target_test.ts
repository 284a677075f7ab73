import assert from "node:assert/strict";
import { whyNotPublic } from "./private_target.ts";

const PUBLIC = { allowPrivate: false };

Deno.test("https to a public name or address is posted to", () => {
  for (
    const url of ["https://app.example.com/hook?x=1", "https://8.8.8.8/", "https://[2606:4700::1]/"]
  ) {
    assert.equal(whyNotPublic(url, PUBLIC), null, url);
  }
});

Deno.test("a private address is refused however it is written", () => {
  const hosts = [
    "127.0.0.1",
    "0x7f.1",
    "017700000001",
    "2130706433",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "0.0.0.0",
    "100.64.0.1",
    "224.0.0.1",
    "[::1]",
    "[::]",
    "[fe80::1]",
    "[fd00::1]",
    "[::ffff:10.0.0.1]",
    "[64:ff9b::a00:1]",
    "[2002:a00:1::]",
    "localhost",
    "LOCALHOST.",
    "api.localhost",
    "metadata.google.internal",
    "printer.local",
    "db",
  ];
  for (const host of hosts) {
    assert.equal(whyNotPublic(`https://${host}/`, PUBLIC), "it names a private address", host);
  }
});

Deno.test("http is refused, unless the installation allows private targets", () => {
  assert.equal(whyNotPublic("http://app.example.com/", PUBLIC), "it is not https");
  assert.equal(whyNotPublic("http://127.0.0.1:9000/", { allowPrivate: true }), null);
});

Deno.test("other schemes, user names and what is no URL are refused even where private is allowed", () => {
  const allowed = { allowPrivate: true };

  assert.equal(whyNotPublic("file:///etc/passwd", allowed), "it is neither http nor https");
  assert.match(whyNotPublic("https://a:b@example.com/", allowed) ?? "", /user name/);
  assert.equal(whyNotPublic("app.example.com", allowed), "it is not a URL");
});
