import assert from "node:assert/strict";
import { startNotificationService } from "./notification_service.ts";

async function post(url: string, key: string): Promise<number> {
  const response = await fetch(url, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, connection: "close" },
    body: '{"type":"video.generation.completed"}',
  });
  await response.body?.cancel();
  return response.status;
}

Deno.test("the notification service takes what carries its key, and keeps all of it", async () => {
  const service = await startNotificationService({ apiKey: "n-key" });
  try {
    const [ours, foreign] = [await post(service.url, "n-key"), await post(service.url, "other")];
    assert.deepEqual([ours, foreign], [200, 401]);

    const first = await service.next();
    assert.deepEqual(first.body, { type: "video.generation.completed" });
    assert.deepEqual(
      service.notifications.map(({ authorized, answered }) => [authorized, answered]),
      [[true, 200], [false, 401]],
    );
  } finally {
    await service.stop();
  }
});

Deno.test("the notification service can refuse for a while", async () => {
  const service = await startNotificationService({ apiKey: "n-key" });
  try {
    service.behave(503, 1);
    assert.equal(await post(service.url, "n-key"), 503);
    assert.equal(await post(service.url, "n-key"), 200);
  } finally {
    await service.stop();
  }
});
