import type { JSX } from "preact";
import { labelOfStatus } from "../story/labels.ts";

export type Tone = "idle" | "moving" | "joining" | "good" | "bad" | "warn" | "off";

const TONES: Record<Tone, string[]> = {
  idle: ["queued", "pending", "created", "none"],
  moving: [
    "storyboarding",
    "generating",
    "submitted",
    "in_progress",
    "running",
    "waiting",
    "delivering",
  ],
  joining: ["stitching", "extracting_frame"],
  good: ["completed", "applied", "success", "delivered", "ok", "enabled"],
  bad: ["failed", "error", "dead", "unknown", "outcome_unknown", "critical", "malformed"],
  warn: ["paused", "buffered", "lost", "warning", "stale", "held"],
  off: ["filtered", "skipped", "batched", "cancelled", "duplicate", "disabled", "info"],
};

export function toneOf(status: string): Tone {
  const lower = status.toLowerCase();
  const found = Object.entries(TONES).find(([, names]) => names.includes(lower))?.[0];
  switch (found) {
    case "moving":
    case "joining":
    case "good":
    case "bad":
    case "warn":
    case "off":
      return found;
    default:
      return "idle";
  }
}

/** A status in its colour and in words: nobody has to see the colour. */
export function Status({ status, label }: { status: string; label?: string }): JSX.Element {
  const tone = toneOf(status);
  return (
    <span class={`status tone-${tone}`}>
      <span
        class={tone === "moving" || tone === "joining" ? "dot is-live" : "dot"}
        aria-hidden="true"
      />
      {label ?? labelOfStatus(status)}
    </span>
  );
}
