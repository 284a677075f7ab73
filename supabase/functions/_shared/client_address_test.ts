import assert from "node:assert/strict";
import { clientAddress } from "./client_address.ts";

Deno.test("the platform's own word goes before what a sender can write itself", () => {
  const spoofed = { "x-forwarded-for": "203.0.113.9, 192.0.2.7" };

  assert.equal(
    clientAddress(new Headers({ ...spoofed, "cf-connecting-ip": "192.0.2.1" })),
    "192.0.2.1",
  );
  assert.equal(clientAddress(new Headers({ ...spoofed, "x-real-ip": "192.0.2.2" })), "192.0.2.2");
  assert.equal(clientAddress(new Headers(spoofed)), "192.0.2.7");
  assert.equal(clientAddress(new Headers()), "unknown");
});
