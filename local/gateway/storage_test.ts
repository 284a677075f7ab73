import { deepEqual, equal, ok } from "node:assert/strict";
import { withGateway } from "./gateway_fixture.ts";
import { bytes, filesIn, givenBuckets, MP4, read } from "./storage_fixture.ts";

Deno.test("an uploaded object can be read by anybody under its public URL", async () => {
  await withGateway(async (scene) => {
    await givenBuckets(scene);
    const bucket = scene.client.storage.from("open");

    const { data, error } = await bucket.upload("proj_1/a film.mp4", bytes, MP4);

    equal(error, null);
    equal(data?.fullPath, "open/proj_1/a film.mp4");
    const { publicUrl } = bucket.getPublicUrl("proj_1/a film.mp4").data;
    const answer = await read(publicUrl);
    deepEqual([answer.status, answer.text], [200, "0123456789"]);
    equal(answer.headers.get("content-type"), "video/mp4");
    const head = await fetch(publicUrl, { method: "HEAD" });
    deepEqual([head.status, head.headers.get("content-length")], [200, "10"]);
    const [row] = await scene.sql`select metadata from storage.objects`;
    deepEqual([row?.metadata.size, row?.metadata.mimetype], [10, "video/mp4"]);
  });
});

Deno.test("a stream of unknown length is stored whole", async () => {
  await withGateway(async (scene) => {
    await givenBuckets(scene);
    let left = 400;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (left-- > 0) controller.enqueue(new Uint8Array(50_000).fill(left % 256));
        else controller.close();
      },
    });

    const { error } = await scene.client.storage.from("open").upload("big.bin", stream);

    equal(error, null);
    const { data } = await scene.client.storage.from("open").download("big.bin");
    const back = await data?.bytes();
    equal(back?.length, 20_000_000);
    deepEqual([back?.[0], back?.[19_999_999]], [399 % 256, 0]);
  });
});

Deno.test("an upload that breaks off leaves no object and no file", async () => {
  await withGateway(async (scene) => {
    await givenBuckets(scene);
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(bytes),
      pull: (controller) => controller.error(new Error("gone")),
    });

    const { error } = await scene.client.storage.from("open").upload("a.bin", stream);

    ok(error);
    equal((await scene.sql`select from storage.objects`).length, 0);
    await scene.gateway.stop();
    equal(await filesIn(scene.files), 0);
  });
});

Deno.test("a Range gets its part, and one behind the end 416", async () => {
  await withGateway(async (scene) => {
    await givenBuckets(scene);
    await scene.client.storage.from("open").upload("a.mp4", bytes, MP4);
    const { publicUrl } = scene.client.storage.from("open").getPublicUrl("a.mp4").data;

    const part = await read(publicUrl, { range: "bytes=3-5" });
    deepEqual([part.status, part.text, part.headers.get("content-range")], [
      206,
      "345",
      "bytes 3-5/10",
    ]);
    const behind = await read(publicUrl, { range: "bytes=10-" });
    deepEqual([behind.status, behind.headers.get("content-range")], [416, "bytes */10"]);
    const etag = part.headers.get("etag") ?? "";
    equal((await read(publicUrl, { "if-none-match": etag })).status, 304);
  });
});

Deno.test("a name is taken until an upsert, which replaces the file on disk", async () => {
  await withGateway(async (scene) => {
    await givenBuckets(scene);
    const bucket = scene.client.storage.from("open");
    await bucket.upload("a.mp4", bytes, MP4);

    const again = await bucket.upload("a.mp4", new Blob(["second"]), MP4);
    equal(again.error && "statusCode" in again.error && again.error.statusCode, "409");
    const upserted = await bucket.upload("a.mp4", new Blob(["third"]), { ...MP4, upsert: true });

    equal(upserted.error, null);
    equal((await read(bucket.getPublicUrl("a.mp4").data.publicUrl)).text, "third");
    equal(await filesIn(scene.files), 1);
  });
});

Deno.test("removed objects are gone, row and file", async () => {
  await withGateway(async (scene) => {
    await givenBuckets(scene);
    const bucket = scene.client.storage.from("open");
    await bucket.upload("a/b.mp4", bytes, MP4);

    const { data } = await bucket.remove(["a/b.mp4", "nothing.mp4"]);

    deepEqual(data?.map(({ name }) => name), ["a/b.mp4"]);
    equal(await filesIn(scene.files), 0);
    equal((await read(bucket.getPublicUrl("a/b.mp4").data.publicUrl)).status, 400);
    equal(await bucket.exists("a/b.mp4").catch((error) => error.message), "Object not found");
  });
});

Deno.test("a listing shows one level, folders first", async () => {
  await withGateway(async (scene) => {
    await givenBuckets(scene);
    const bucket = scene.client.storage.from("open");
    for (const name of ["b.mp4", "x/1.mp4", "x/2.mp4", "x/y/3.mp4", "xy.mp4"]) {
      await bucket.upload(name, bytes, MP4);
    }

    const root = await bucket.list();
    const below = await bucket.list("x", { limit: 2, offset: 1 });

    deepEqual(root.data?.map(({ name, id }) => [name, id === null]), [
      ["x", true],
      ["b.mp4", false],
      ["xy.mp4", false],
    ]);
    deepEqual(below.data?.map(({ name }) => name), ["1.mp4", "2.mp4"]);
  });
});
