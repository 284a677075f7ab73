import assert from "node:assert/strict";
import { firstReason, Url } from "./callback_fields.ts";

Deno.test("a URL has a scheme, a host and no space", () => {
  for (const url of ["http://a", "https://a.b/c?d=e#f", "http://a//b", "https://[::1]:8/é"]) {
    assert.equal(Url.safeParse(url).success, true, url);
  }
  for (const url of ["", "a.b/c", "ftp://a", "http://", "http:///a", "http:// a", "http://a b"]) {
    assert.equal(Url.safeParse(url).success, false, url);
  }
});

Deno.test("what is no URL is told at one look, however long it is", () => {
  const long = `http://${"a".repeat(120_000)} `;
  const began = performance.now();

  assert.equal(Url.safeParse(long).success, false);
  // A look from each of its characters takes ten seconds and more, one look a millisecond.
  assert(performance.now() - began < 5000);
});

Deno.test("a reason that quotes our callback URL keeps its token to itself", () => {
  const url = "https://ref.supabase.co/functions/v1/fal-webhook?token=att_1.0a1b2c";

  assert.equal(
    firstReason(null, `Cannot post to ${url} (502)`),
    "Cannot post to https://ref.supabase.co/functions/v1/fal-webhook?token=*** (502)",
  );
});
