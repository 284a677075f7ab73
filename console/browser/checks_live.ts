import assert from "node:assert/strict";
import type { Check } from "./main.ts";
import { signIn } from "./world.ts";

/** How the page hears of what happens, wherever a film comes from. */
export const LIVE_CHECKS: [name: string, check: Check][] = [
  ["what happens is told by a stream, and not asked for again and again", async (world) => {
    const { visit, key, order, pictures, asked } = world;
    const page = await visit();
    await signIn(page, key);
    await page.locator(".live[data-by=stream]").waitFor();
    const before = asked.length;
    await order({
      video_id: "told",
      user_id: "ada",
      prompt: "A lamp is lit",
      image_url: pictures.night,
    });
    const card = page.getByRole("link", { name: /A lamp is lit/ });
    await card.filter({ hasText: "Completed" }).waitFor();

    const since = asked.slice(before).map(({ url }) => new URL(url).pathname);
    const looks = since.filter((path) => path.endsWith("/browse/board")).length;
    // One that was cut off begins again, and until it does the page may look once.
    const streams = since.filter((path) => path.endsWith("/stream")).length;
    assert.ok(looks <= streams, `${looks} looks, ${streams} streams`);
    await page.context().close();
    return `${looks} looks`;
  }],

  ["where no stream comes through, the page looks by itself", async (world) => {
    const { visit, key, order, pictures } = world;
    const page = await visit();
    await page.route(/\/webhook-manage\/stream\?/, (route) => route.abort());
    await signIn(page, key);
    await order({
      video_id: "looked",
      user_id: "ada",
      prompt: "A lamp goes out",
      image_url: pictures.night,
    });
    const card = page.getByRole("link", { name: /A lamp goes out/ });
    await card.filter({ hasText: "Completed" }).waitFor();
    assert.equal(await page.locator(".live").getAttribute("data-by"), "looking");
    await page.context().close();
  }],
];
