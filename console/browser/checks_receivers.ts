import assert from "node:assert/strict";
import { z } from "zod";
import { pause } from "../../supabase/functions/_shared/pause.ts";
import type { Check } from "./main.ts";
import { shoot } from "./look.ts";
import { signIn, type World } from "./world.ts";

const Created = z.object({ endpoint_id: z.string() });

/** A film that waits for people, and receivers that stand. */
export const RECEIVER_CHECKS: [name: string, check: Check][] = [
  [
    "a film that waits for a yes says so, is approved, and shows how it is finished",
    async (world) => {
      const { visit, key, order, pictures } = world;
      await order({
        video_id: "spoken",
        user_id: "alan",
        user_name: "Alan",
        prompt: "A harbour that tells its story",
        image_url: pictures.noon,
        stop_at: "storyboard",
        music_prompt: "a slow accordion",
        captions: "files",
        check_frames: true,
        scenes: [
          { prompt: "Boats come in", voice_over: "They have been out since four." },
          { prompt: "The market opens", caption: "Six in the morning" },
        ],
      });
      const page = await visit();
      await signIn(page, key);
      const card = page.getByRole("link", { name: /tells its story/ });
      await card.filter({ hasText: "Waits for approval" }).click();
      await page.getByText(/Somebody to approve the storyboard/)
        .waitFor();
      await shoot(page, "film-approval", { whole: true });
      await page.getByRole("button", { name: "Approve", exact: true }).click();
      await page.getByRole("button", { name: "Approve film" }).click();
      await page.locator(".head .status", { hasText: "Completed" }).waitFor();
      await page.getByText("Nothing. The film is there.").waitFor();
      for (
        const what of ["Compose music", "Put sound under clip", "Mix music in", "Check last frame"]
      ) {
        await page.locator(".lane-label", { hasText: what }).first().waitFor();
      }
      await shoot(page, "film-sound", { whole: true });
      await page.context().close();
    },
  ],

  ["an endpoint is tested, disabled and enabled, and what it missed is told", async (world) => {
    const { visit, key, order, pictures, stack } = world;
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      () => new Response(null, { status: 204 }),
    );
    await using _server = { [Symbol.asyncDispose]: () => server.shutdown() };
    const url = `http://127.0.0.1:${server.addr.port}`;
    const desk = await addEndpoint(world, {
      url: `${url}/desk`,
      description: "The cutting desk",
      events: ["scene.completed", "video.generation.completed"],
      batch_size: 10,
      batch_ms: 500,
    });
    await addEndpoint(world, { url: `${url}/archive`, description: "The archive" });

    const page = await visit();
    await signIn(page, key);
    await page.getByRole("link", { name: /^Sources/ }).click();
    const tile = page.getByRole("region", { name: `${url}/desk` });
    await tile.getByText("up to 10 events in a request").waitFor();
    await tile.getByRole("button", { name: "Send a test" }).click();
    await page.getByRole("button", { name: "Send test" }).click();
    await page.getByText("Send test: done").waitFor();

    const archive = page.getByRole("region", { name: `${url}/archive` });
    await archive.getByRole("button", { name: "Disable" }).click();
    await page.getByRole("button", { name: "Disable endpoint" }).click();
    await archive.getByText("Disabled", { exact: true }).waitFor();
    assert.equal(await archive.getByRole("button", { name: "Send a test" }).count(), 0);
    await shoot(page, "endpoints", { whole: true });

    await order({ video_id: "fog", user_id: "joan", prompt: "Fog", image_url: pictures.dawn });
    await tile.getByRole("link", { name: "Its deliveries" }).click();
    await page.locator(".row", { hasText: "Scene completed" })
      .filter({ hasText: "in a batch, HTTP 204" }).first().waitFor();
    await page.locator(".row", { hasText: "Test of an endpoint" })
      .filter({ hasText: "Delivered" }).waitFor();
    await page.locator(".row", { hasText: "Not wanted" }).first().waitFor();
    await page.locator(".row", { hasText: "Batch of events" }).first().waitFor();
    await shoot(page, "deliveries-endpoint");
    await page.locator(".row", { hasText: "Not wanted" }).first().click();
    await page.getByText("Its endpoint does not want this type").waitFor();
    await shoot(page, "delivery-filtered");

    await page.goto(`${stack.apiUrl}/console/#/deliveries?status=skipped`);
    await page.locator(".row", { hasText: "Endpoint off" }).first().waitFor();
    await page.getByRole("link", { name: /^Sources/ }).click();
    await archive.getByRole("button", { name: "Enable" }).click();
    await page.getByRole("button", { name: "Enable endpoint" }).click();
    await archive.getByRole("button", { name: "Send a test" }).waitFor();
    const [row] = await stack.sql`
      select is_enabled from private.endpoints where endpoint_id <> ${desk}`;
    assert.equal(row?.is_enabled, true);
    await allSent(world);
    await page.context().close();
  }],
];

async function addEndpoint(
  { stack, key }: World,
  fields: Record<string, unknown>,
): Promise<string> {
  const answer = await fetch(`${stack.apiUrl}/functions/v1/webhook-manage/endpoints`, {
    method: "POST",
    headers: { apikey: key, "content-type": "application/json" },
    body: JSON.stringify({ user_id: "joan", ...fields }),
  });
  return Created.parse(await answer.json()).endpoint_id;
}

const FAR_TOO_LONG_MS = 90_000;

/** Films of this check's user are over, and told of: nobody is left to take what is sent later. */
async function allSent({ stack }: World): Promise<void> {
  const began = performance.now();
  for (let open = 1; open > 0;) {
    if (performance.now() - began > FAR_TOO_LONG_MS) throw new Error(`${open} are open yet`);
    const [row] = await stack.sql<{ open: number }[]>`
      select (
        (select count(*) from public.projects
         where user_id = 'joan' and status not in ('completed', 'failed', 'cancelled'))
        + (select count(*) from public.webhook_deliveries
           where endpoint_id is not null and status in ('pending', 'delivering', 'batched'))
      )::integer as open`;
    open = row?.open ?? 0;
    await pause(100);
  }
}
