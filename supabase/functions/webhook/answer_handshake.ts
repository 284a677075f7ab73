import * as z from "zod";
import { parseJson } from "../_shared/json.ts";

/** Slack's Events API, once the URL is entered (docs.slack.dev, `url_verification`). */
const SlackQuestion = z.object({ type: z.literal("url_verification"), challenge: z.string() });
/** Discord's interactions; an event of its webhook events has this type as well, and says which. */
const DiscordPing = z.object({ type: z.literal(1), event: z.never().optional() });
/** Discord's webhook events. */
const DiscordEventsPing = z.object({ type: z.literal(0) });

/**
 * What a sender asks, signed, before it takes a URL: whether somebody is there who understands it. It is
 * no event, and nothing but this answer will do. Null for all else.
 */
export function answerHandshake(scheme: string, body: Uint8Array): Response | null {
  if (scheme !== "slack" && scheme !== "discord") return null;
  const json = parseJson(body);
  if (!json.ok) return null;

  if (scheme === "slack") {
    const question = SlackQuestion.safeParse(json.value);
    return question.success ? Response.json({ challenge: question.data.challenge }) : null;
  }
  if (DiscordPing.safeParse(json.value).success) return Response.json({ type: 1 });
  return DiscordEventsPing.safeParse(json.value).success
    ? new Response(null, { status: 204, headers: { "content-type": "application/json" } })
    : null;
}
