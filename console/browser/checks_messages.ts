import assert from "node:assert/strict";
import type { Check } from "./main.ts";
import { shoot } from "./look.ts";
import { CRM_SECRET, signIn } from "./world.ts";

const MARKUP =
  '<img src=x onerror="document.title=`taken`"><script>document.title="taken"</script>';

const FILMS = [
  ["Ada", "A harbour wakes up", "dawn"],
  ["Linus", "Noon above the reef", "noon"],
  ["Grace", "The last ferry home", "dusk"],
] as const;

export const MESSAGE_CHECKS: [name: string, check: Check][] = [
  ["a broken callback is shown as text and replayed once its handler is mended", async (world) => {
    const { visit, key, post, stack } = world;
    await stack.sql.unsafe(`
      create function handlers.note_deal(p_webhook_log_id text) returns void language plpgsql as $$
      begin raise exception 'the table "deals" is not there yet'; end; $$`);
    await stack.sql`
      insert into private.webhook_sources (name, scheme, secret_in, secret_name, id_path, type_path,
        handler_kind, handler_target)
      values ('crm', 'hmac', 'env', 'CRM_SECRET', 'event.id', 'event.type', 'function', 'note_deal')`;
    const body = { event: { id: "evt_1", type: "deal.won" }, note: MARKUP };
    assert.equal(await post("/webhook/crm", body, CRM_SECRET), 500);

    const page = await visit();
    await signIn(page, key);
    await page.getByRole("link", { name: /^Callbacks/ }).click();
    await page.getByLabel("Status").selectOption("Failed");
    const failed = page.getByRole("link", { name: /Deal won/ });
    await failed.waitFor();
    await shoot(page, "callbacks-failed");
    await failed.click();
    await page.getByRole("region", { name: "Body as it came" }).filter({ hasText: "onerror" })
      .waitFor();
    assert.equal(await page.locator("pre img, pre script, main script").count(), 0);
    assert.doesNotMatch(await page.title(), /taken/);
    await shoot(page, "callback");

    await stack.sql.unsafe(`
      create or replace function handlers.note_deal(p_webhook_log_id text) returns void
      language sql as $$ select 1 $$`);
    await page.getByRole("button", { name: "Replay", exact: true }).click();
    await page.getByRole("button", { name: "Replay callback" }).click();
    await page.locator(".head .status", { hasText: "Applied" }).waitFor();
    await page.context().close();
  }],

  ["a delivery that was given up is redriven, and arrives", async (world) => {
    const { visit, key, stack, chat, order, pictures } = world;
    chat.behave({ status: 410 }, 1);
    await order({
      video_id: "gone",
      user_id: "grace",
      user_name: "Grace",
      prompt: "A lighthouse at night",
      image_url: pictures.night,
      callback_url: chat.callbackUrl,
    });
    const page = await visit();
    await signIn(page, key);
    await page.getByRole("link", { name: /^Deliveries/ }).click();
    const row = page.locator(".row", { hasText: "Given up" });
    await row.waitFor();
    await shoot(page, "deliveries");
    await row.click();
    await page.getByText("HTTP 410").waitFor();
    await shoot(page, "delivery");
    await page.getByRole("button", { name: "Redrive", exact: true }).click();
    await page.getByRole("button", { name: "Redrive delivery" }).click();
    await page.locator(".head .status", { hasText: "Delivered" }).waitFor();
    const [last] = await stack.sql`
      select status_code from public.webhook_delivery_attempts order by attempted_at desc limit 1`;
    assert.equal(last?.status_code, 200);
    await page.context().close();
  }],

  ["a failed film says why, and is retried", async (world) => {
    const { visit, key, stack, order, pictures } = world;
    stack.fal.behave({
      fail: { status: 422, detail: [{ msg: "The prompt was flagged", type: "content_policy" }] },
      times: 1,
    });
    await order({
      video_id: "flagged",
      user_id: "grace",
      prompt: "A storm",
      image_url: pictures.noon,
    });
    const page = await visit();
    await signIn(page, key);
    const card = page.getByRole("link", { name: /A storm/ });
    await card.filter({ hasText: "Failed" }).click();
    await page.getByText(/Somebody to retry it/).waitFor();
    await shoot(page, "film-failed");
    await page.getByRole("button", { name: "Retry" }).click();
    await page.getByRole("button", { name: "Retry film" }).click();
    await page.locator(".head .status", { hasText: "Completed" }).waitFor();
    await page.context().close();
  }],

  ["the board shows films at every stage beside each other", async (world) => {
    const { visit, key, stack, order, pictures } = world;
    stack.fal.behave({
      fail: { status: 422, detail: [{ msg: "The prompt was flagged", type: "content_policy" }] },
      times: 1,
    });
    await order({
      video_id: "no-2",
      user_id: "grace",
      user_name: "Grace",
      prompt: "A wreck in the storm",
    });
    const page = await visit({ width: 1440 });
    await signIn(page, key);
    await page.getByRole("link", { name: /A wreck/ }).filter({ hasText: "Failed" }).waitFor();
    const calm = stack.fal.behave({ slowMs: 20_000 });
    for (const [name, prompt, mood] of FILMS) {
      const scene = { prompt, image_url: pictures[mood], continuity: "cut" };
      const scenes = [scene, { ...scene, prompt: "Nearer" }, { ...scene, prompt: "Night falls" }];
      await order({ video_id: name, user_id: name, user_name: name, prompt, scenes });
    }
    await page.locator(".column-generating .card").nth(FILMS.length - 1).waitFor();
    await page.locator(".column-completed .card").first().waitFor();
    await shoot(page, "board");
    calm();
    await stack
      .sql`select public.cancel_project(project_id) from public.projects where status = 'generating'`;
    await page.context().close();
  }],

  ["a source is disabled, and its path is closed", async ({ visit, key, post }) => {
    const page = await visit();
    await signIn(page, key);
    await page.getByRole("link", { name: /^Sources/ }).click();
    await page.getByRole("region", { name: "crm" }).getByRole("button", { name: "Disable" })
      .click();
    await page.getByRole("button", { name: "Disable source" }).click();
    await page.getByRole("region", { name: "crm" }).getByText("Disabled").waitFor();
    assert.equal(await post("/webhook/crm", { event: { id: "evt_2" } }, CRM_SECRET), 404);
    await page.context().close();
  }],
];
