import type { Board, Card } from "../../console/src/api/shapes/board.ts";
import { ago, usd } from "../../console/src/format.ts";
import { colourOf } from "../../local/paint.ts";
import { printableCopy } from "../../local/printable.ts";
import type { Look } from "./draw_story.ts";

const COLUMNS = ["waiting", "generating", "stitching", "attention", "completed"];

/** The films under way and the newest ones, a line each. */
export function drawBoard(told: Board, { paint, now, width }: Look): string {
  const { overview, columns } = printableCopy(told);
  const counts = Object.entries(overview.by_status).map(([status, n]) => `${n} ${status}`);
  const cards = COLUMNS.flatMap((name) => columns[name]?.docs ?? []);
  const head = [
    counts.length > 0 ? counts.join(", ") : "No film yet",
    `${usd(overview.spent_today_usd)} today`,
    ...(overview.is_paused ? [paint("yellow", "everything is paused")] : []),
    ...warn(overview.failed_callbacks, "failed callbacks"),
    ...warn(overview.dead_deliveries, "dead deliveries"),
    ...warn(overview.errors_last_hour, "errors in the last hour"),
  ];
  return [head.join(" · "), "", ...cards.map(line)].join("\n").trimEnd();

  function warn(n: number, what: string): string[] {
    return n > 0 ? [paint("red", `${n} ${what}`)] : [];
  }

  function line(card: Card): string {
    const status = `${card.status} ${card.progress}%`.padEnd(16);
    const words = card.error_message ?? card.prompt ?? card.scenes[0]?.prompt ?? card.video_id;
    const left = `${card.project_id}  `;
    const right = `${ago(card.created_at, now).padEnd(11)} `;
    const room = Math.max(10, width - left.length - status.length - right.length - 2);
    return left + paint(colourOf(card.status), status) + " " + paint("dim", right) +
      words.slice(0, room);
  }
}
