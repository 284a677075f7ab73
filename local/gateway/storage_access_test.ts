import { deepEqual, equal, match } from "node:assert/strict";
import { connect, PUBLISHABLE, SECRET, withGateway } from "./gateway_fixture.ts";
import { bytes, filesIn, givenBuckets, MP4, read } from "./storage_fixture.ts";

Deno.test("a signed URL reads a private object until it expires, and nothing else", async () => {
  await withGateway(async (scene) => {
    await givenBuckets(scene);
    const bucket = scene.client.storage.from("closed");
    await bucket.upload("a b.mp4", bytes, MP4);
    await bucket.upload("other.mp4", bytes, MP4);
    const { data } = await bucket.createSignedUrl("a b.mp4", 60, { download: "film.mp4" });
    const url = data?.signedUrl ?? "";

    const answer = await read(url);
    deepEqual([answer.status, answer.text], [200, "0123456789"]);
    match(answer.headers.get("content-disposition") ?? "", /film\.mp4/);
    equal((await read(bucket.getPublicUrl("a b.mp4").data.publicUrl)).status, 400);
    equal((await read(url.replace("a%20b.mp4", "other.mp4"))).status, 400);
    equal((await read(url.replace(/token=.*/, "token=a.b.c"))).status, 400);
    scene.clock.now += 60_000;
    equal((await read(url)).status, 400);
  });
});

Deno.test("writing, listing and private reading need the secret key", async () => {
  await withGateway(async (scene) => {
    await givenBuckets(scene);
    await scene.client.storage.from("closed").upload("a.mp4", bytes, MP4);
    const bucket = connect(scene.gateway, PUBLISHABLE).storage.from("closed");

    const answers = [
      await bucket.upload("b.mp4", bytes, MP4),
      await bucket.download("a.mp4"),
      await bucket.list(),
      await bucket.remove(["a.mp4"]),
      await bucket.createSignedUrl("a.mp4", 60),
    ];

    deepEqual(answers.map(({ data }) => data), [null, null, null, null, null]);
    equal((await scene.sql`select from storage.objects`).length, 1);
  });
});

Deno.test("a bucket has to exist, and its limits hold", async () => {
  await withGateway(async (scene) => {
    await givenBuckets(scene);
    const upload = (bucket: string, body: string, contentType: string) =>
      scene.client.storage.from(bucket).upload("a", body, { contentType });

    equal((await upload("nowhere", "x", "video/mp4")).error?.message, "Bucket not found");
    match((await upload("small", "123456", "video/mp4")).error?.message ?? "", /exceeded/);
    match((await upload("small", "1", "text/html")).error?.message ?? "", /not supported/);
    equal((await upload("small", "12345", "video/mp4")).error, null);
    equal(await filesIn(scene.files), 1);
  });
});

Deno.test("names that climb or are no names are refused", async () => {
  await withGateway(async (scene) => {
    await givenBuckets(scene);
    await Deno.writeTextFile(`${scene.files}/secret`, "s");
    const names = [
      "../secret",
      "..%2fsecret",
      "a/%2e%2e/%2e%2e/secret",
      "a/..%2f..%2fsecret",
      "%2e",
      "a//b",
      "",
      "%00",
      "%",
      "a%0ab",
      "<x>",
    ];

    for (const name of names) {
      for (const [method, prefix] of [["GET", "public/"], ["POST", ""], ["DELETE", ""]]) {
        const response = await fetch(
          `${scene.gateway.url}/storage/v1/object/${prefix}open/${name}`,
          { method, headers: { apikey: SECRET }, body: method === "POST" ? "x" : null },
        );
        await response.body?.cancel();
        equal(response.status, 400, `${method} ${name}`);
      }
    }
    equal((await scene.sql`select from storage.objects`).length, 0);
    equal(await filesIn(scene.files), 1);
  });
});
