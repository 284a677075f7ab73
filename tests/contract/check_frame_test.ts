import assert from "node:assert/strict";
import { runFfmpeg } from "../../local/simulators/ffmpeg.ts";
import { makePicture } from "../../local/simulators/picture.ts";
import { checkFrame } from "../../supabase/functions/_shared/storage/check_frame.ts";
import { work } from "../../supabase/functions/_shared/fal/fixture.ts";
import { withServer } from "../../supabase/functions/_shared/testing/loopback.ts";

/** What is done to a frame, by ffmpeg. */
const FRAMES = {
  "as it is": ["null", false],
  "dim": ["lutyuv=y=val*0.3+14", false],
  "a little soft": ["boxblur=3:1", false],
  "black": ["lutyuv=y=16:u=128:v=128", true],
  "grey": ["lutyuv=y=128:u=128:v=128", true],
  "heavily blurred": ["boxblur=40:3", true],
} as const;

Deno.test("a frame that shows next to nothing is told from one that shows something", async () => {
  const folder = await Deno.makeTempDir({ prefix: "check-frame-" });
  try {
    const picture = `${folder}/picture.png`;
    await makePicture({ path: picture, words: "a harbour" });
    for (const ending of ["jpg", "png"]) {
      for (const [what, [filter, isPlain]] of Object.entries(FRAMES)) {
        const frame = `${folder}/frame.${ending}`;
        await runFfmpeg(["-i", picture, "-vf", filter, "-q:v", "4", frame]);
        // PNG keeps every shade of a blur: there only one colour is told.
        const isTold = isPlain && !(ending === "png" && what === "heavily blurred");
        assert.equal(await looksPlain(await Deno.readFile(frame)), isTold, `${what} as ${ending}`);
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a format that takes less room than JPEG is not called plain for that", async () => {
  const hex = "524946464c000000574542505650382040000000b041009d012a4001b4003e91";
  const webp = new Uint8Array(2000);
  webp.set(Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16)));
  assert.equal(await looksPlain(webp), false);
});

Deno.test("a frame that cannot be had is asked for again, one that is gone is not", async () => {
  for (const [status, retryable] of [[503, true], [404, false]] as const) {
    await withServer(() => new Response("No", { status }), async ({ url }) => {
      const answer = await check(`${url}/frame.jpg`);
      assert.equal(answer.state === "failed" && answer.error.retryable, retryable, `${status}`);
    });
  }
});

async function looksPlain(bytes: Uint8Array): Promise<boolean | undefined> {
  return await withServer(() => new Response(bytes.slice()), async ({ url }) => {
    const answer = await check(`${url}/frame`);
    return answer.state === "completed" ? answer.output.is_plain : undefined;
  });
}

function check(image_url: string) {
  const step = work({ step: "check_frame", input: { image_url, width: null, height: null } });
  return checkFrame({ fetch, timeoutMs: 2000 }, step);
}
