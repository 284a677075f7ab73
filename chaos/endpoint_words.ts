import { Webhook } from "standardwebhooks";
import { z } from "zod";

const Event = z.object({ type: z.string(), data: z.looseObject({ task_id: z.string() }) });
const Batch = z.object({
  type: z.literal("batch"),
  data: z.array(z.object({ id: z.string(), event: Event })),
});

/** What an endpoint took of one film. */
export type EndpointWord = { webhookId: string; type: string; taskId: string };

/** What one request tells, batched or not; null where none of the secrets signed it. */
export async function readEndpointWords(
  request: Request,
  secrets: readonly string[],
): Promise<EndpointWord[] | null> {
  const [text, headers] = [await request.text(), Object.fromEntries(request.headers)];
  if (!secrets.some((secret) => isSigned(text, headers, secret))) return null;

  const body = JSON.parse(text);
  const batch = Batch.safeParse(body);
  const events = batch.success
    ? batch.data.data
    : [{ id: headers["webhook-id"] ?? "", event: Event.parse(body) }];
  return events.map(({ id, event: { type, data } }) => ({
    webhookId: id,
    type,
    taskId: data.task_id,
  }));
}

function isSigned(text: string, headers: Record<string, string>, secret: string): boolean {
  try {
    new Webhook(secret).verify(text, headers, { jsonParse: false });
    return true;
  } catch {
    return false;
  }
}
