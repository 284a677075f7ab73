import assert from "node:assert/strict";
import { join } from "node:path";
import { withServer } from "../supabase/functions/_shared/testing/loopback.ts";
import { signWebhook } from "../supabase/functions/_shared/sign_webhook.ts";
import { findNode } from "../tests/programs.ts";
import { PROJECT_ROOT } from "../tools/project_root.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const BODY = JSON.stringify({ type: "video.generation.completed", data: { final_video_url: "u" } });

Deno.test("the recipe of a chat app takes a signed callback, and an old one no second time", async () => {
  const node = await findNode();
  const ordered = Promise.withResolvers<string>();
  const takeJob = ({ body }: { body: string }) => {
    ordered.resolve(JSON.parse(body).callback_url);
    return Response.json({ task_id: "proj_1" }, { status: 202 });
  };

  await withServer(takeJob, async ({ url }) => {
    const app = new Deno.Command(node.name, {
      args: [...node.args, join(PROJECT_ROOT, "docs/recipes/chat_app.mjs")],
      env: { API: url, WEBHOOK_SECRET: "w", CALLBACK_SIGNING_SECRET: SECRET },
      stdout: "piped",
    }).spawn();
    try {
      const callbackUrl = await Promise.race([
        ordered.promise,
        app.status.then(() => assert.fail()),
      ]);
      const post = async (age: number, secret = SECRET) => {
        const timestamp = Math.floor(Date.now() / 1000) - age;
        const headers = signWebhook([secret], { id: "msg_1", timestamp, body: BODY });
        const answer = await fetch(callbackUrl, { method: "POST", headers, body: BODY });
        await answer.body?.cancel();
        return answer.status;
      };

      assert.deepEqual([await post(0, "another"), await post(400), await post(-400)], [
        401,
        401,
        401,
      ]);
      assert.equal(await post(0), 204);
      const { success, stdout } = await app.output();
      assert.equal(success, true);
      assert.match(new TextDecoder().decode(stdout), /video\.generation\.completed u/);
    } finally {
      end(app);
    }
  });
});

function end(program: Deno.ChildProcess): void {
  try {
    program.kill();
  } catch (error) {
    // It has ended by itself.
    if (!(error instanceof TypeError)) throw error;
  }
}
