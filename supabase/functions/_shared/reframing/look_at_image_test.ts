import assert from "node:assert/strict";
import { withServer } from "../testing/loopback.ts";
import { fits, lookAtImage } from "./look_at_image.ts";
import { createGuardedFetch } from "../outbound/guarded_fetch.ts";
import { createReadStart } from "./read_start.ts";

const read = reader({ allowPrivate: true });

function reader({ allowPrivate }: { allowPrivate: boolean }) {
  return createReadStart({ fetch: createGuardedFetch({ allowPrivate, fetch, now: Date.now }) });
}

/** A PNG's first bytes, `padding` of them before its size. */
function png(width: number, height: number) {
  const start = new Uint8Array(200_000);
  start.set([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
  const view = new DataView(start.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  return start;
}

Deno.test("an image fits a ratio that it misses by less than two parts in a hundred", () => {
  assert.ok(fits({ width: 1280, height: 720 }, "16:9"));
  assert.ok(fits({ width: 1280, height: 714 }, "16:9"));
  assert.ok(!fits({ width: 1280, height: 700 }, "16:9"));
  assert.ok(!fits({ width: 720, height: 1280 }, "16:9"));
});

Deno.test("one KiB is asked for, and no more is read where a server sends everything", async () => {
  const ranges: (string | null)[] = [];
  await withServer((request) => {
    ranges.push(request.headers.get("range"));
    return new Response(png(1280, 720));
  }, async ({ url }) => {
    const look = await lookAtImage(read, url, "16:9");
    assert.deepEqual(look, { fits: true, size: { width: 1280, height: 720 } });
    assert.deepEqual(ranges, ["bytes=0-1023"]);
    const other = await lookAtImage(read, url, "1:1");
    assert.equal(other.fits, false);
  });
});

Deno.test("a size that stands behind the first KiB is found, at one more look", async () => {
  const comment = new Uint8Array(2004);
  comment.set([0xff, 0xfe, 0x07, 0xd2]);
  const sof = [0xff, 0xc0, 0, 17, 8, 0, 100, 0, 200, 3];
  const jpeg = Uint8Array.from([0xff, 0xd8, ...comment, ...sof, ...new Uint8Array(9)]);
  await withServer(() => new Response(jpeg), async ({ url, seen }) => {
    const look = await lookAtImage(read, url, "2:1");
    assert.equal(look.fits, true);
    assert.equal(seen.length, 2);
  });
});

Deno.test("what is no image, gone or private cannot be told; what moved is looked at where it is", async () => {
  await withServer(
    ({ path }) =>
      path === "/moved"
        ? new Response(null, { status: 302, headers: { location: "/image" } })
        : path === "/image"
        ? new Response(png(1280, 720))
        : path === "/page"
        ? new Response("<html>")
        : new Response(null, { status: 404 }),
    async ({ url }) => {
      assert.equal((await lookAtImage(read, `${url}/moved`, "16:9")).fits, true);
      for (const path of ["/page", "/gone"]) {
        assert.equal((await lookAtImage(read, url + path, "16:9")).fits, null, path);
      }
      const strict = reader({ allowPrivate: false });
      const look = await lookAtImage(strict, `${url}/image`, "16:9");
      assert.deepEqual(look, { fits: null, reason: "it is not https" });
    },
  );
});
