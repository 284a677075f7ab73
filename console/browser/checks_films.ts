import assert from "node:assert/strict";
import type { Check } from "./main.ts";
import { shoot, until } from "./look.ts";
import { signIn } from "./world.ts";

const scenes = (pictures: Record<string, string>) => [
  { prompt: "First light on a still bay", image_url: pictures.dawn },
  { prompt: "The tide turns, and the wind with it" },
  { prompt: "Evening, from the other shore", continuity: "cut", image_url: pictures.dusk },
];

export const FILM_CHECKS: [name: string, check: Check][] = [
  ["a film grows live from job to play button, without a reload", async (world) => {
    const { visit, key, order, pictures, chat, stack } = world;
    const page = await visit();
    await signIn(page, key);
    await page.evaluate("window.sameDocument = true");
    const calm = stack.fal.behave({ slowMs: 2500 });
    await order({
      video_id: "bay",
      user_id: "ada",
      user_name: "Ada",
      prompt: "A bay from first light to evening",
      traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
      callback_url: chat.callbackUrl,
      scenes: scenes(pictures),
    });
    const card = page.getByRole("link", { name: /A bay from first light/ });
    await card.filter({ hasText: /Generating/ }).waitFor();
    await card.click();
    await page.getByText(/fal has been at it for/).first().waitFor();
    await page.getByRole("button", { name: /Generate clip, attempt 1: Completed/ }).first()
      .waitFor();
    await shoot(page, "film-growing", { whole: true });
    await page.getByLabel("The film", { exact: true }).waitFor();
    calm();

    const film = "document.querySelector('.screen video')";
    await page.evaluate(`${film}.muted = true; ${film}.play()`);
    await until(page, `${film}.currentTime > 0.1`);
    await page.evaluate(`${film}.pause()`);
    assert.equal(await page.evaluate("window.sameDocument"), true);
    await page.getByText("Nothing. The film is there.").waitFor();
    await page.locator(".facts").getByText("4bf92f357…0e4736").waitFor();
    await shoot(page, "film", { whole: true });
    await page.getByRole("button", { name: /Stitch, attempt 1/ }).click();
    await page.getByRole("region", { name: "Attempt" }).filter({ hasText: "video_urls" }).waitFor();
    await page.context().close();
  }],

  ["a film is cancelled, once it was confirmed", async (world) => {
    const { visit, key, order, stack } = world;
    const page = await visit();
    await signIn(page, key);
    const calm = stack.fal.behave({ slowMs: 60_000 });
    const id = await order({
      video_id: "no",
      user_id: "ada",
      prompt: "A film nobody wants any more",
    });
    await page.getByRole("link", { name: /nobody wants/ }).click();
    const cancel = page.getByRole("button", { name: "Cancel", exact: true });
    await cancel.click();
    await page.getByRole("button", { name: "Leave it" }).click();
    const statusOf = async () =>
      (await stack.sql`select status from public.projects where project_id = ${id}`)[0]?.status;
    assert.notEqual(await statusOf(), "cancelled");

    await cancel.click();
    await page.getByLabel(/Reason/).fill("The client called");
    await shoot(page, "confirm");
    await page.getByRole("button", { name: "Cancel film" }).click();
    await page.locator(".head .status", { hasText: "Cancelled" }).waitFor();
    calm();
    assert.equal(await statusOf(), "cancelled");
    await page.context().close();
  }],
];
