import type { Task } from "../supabase/functions/_shared/transitions/tasks.ts";
import { colourOf, createPaint, type Paint } from "./paint.ts";

type Shown = Pick<Task, "status" | "progress" | "scenes">;

const BAR = 24;
/** How full a scene's bar is at each of its stations. */
const PARTS: Record<string, number> = { generating: 0.4, extracting_frame: 0.85, completed: 1 };

/** Says how a film gets on: on a terminal a line a scene, redrawn; a line a change elsewhere. */
export class DemoProgress {
  #write: (text: string) => void;
  #isTerminal: boolean;
  #paint: Paint;
  #shown = "";
  /** Lines that are drawn over at the next change. */
  #height = 0;

  constructor(
    { write, isTerminal, hasColours = false }: {
      write: (text: string) => void;
      isTerminal: boolean;
      hasColours?: boolean;
    },
  ) {
    this.#write = write;
    this.#isTerminal = isTerminal;
    this.#paint = createPaint(hasColours);
  }

  show(task: Shown): void {
    const line = describeTask(task);
    if (line === this.#shown) return;
    this.#shown = line;
    if (!this.#isTerminal) return this.#write(`${line}\n`);

    const lines = drawTask(task, this.#paint);
    const up = this.#height > 0 ? `\x1b[${this.#height}A` : "";
    this.#write(`${up}${lines.map((line) => `\r\x1b[K${line}\n`).join("")}`);
    this.#height = lines.length;
  }

  /** A line of its own; what was redrawn before it stays. */
  say(line: string): void {
    this.endLine();
    this.#write(`${line}\n`);
  }

  /** Leaves the lines that are drawn over, so that others can write. */
  endLine(): void {
    this.#height = 0;
    this.#shown = "";
  }
}

/** `generating 33%: scene 1 completed, scene 2 generating, scene 3 pending` */
function describeTask({ status, progress, scenes }: Shown): string {
  const each = scenes.map((scene) => `scene ${scene.position} ${scene.status}`).join(", ");
  return each === "" ? `${status} ${progress}%` : `${status} ${progress}%: ${each}`;
}

function drawTask({ status, progress, scenes }: Shown, paint: Paint): string[] {
  const film = `  ${paint("bold", "Film")}     ${drawBar(progress / 100, status, paint)} ${
    `${progress}%`.padStart(4)
  }  `;
  return [
    film + paint(colourOf(status), status),
    ...scenes.map((scene) => {
      const bar = drawBar(PARTS[scene.status] ?? 0, scene.status, paint);
      const name = `Scene ${scene.position}`.padEnd(8);
      return `  ${name} ${bar}       ${
        paint(colourOf(scene.status), scene.status.replace("_", " "))
      }`;
    }),
  ];
}

function drawBar(part: number, status: string, paint: Paint): string {
  const full = Math.round(part * BAR);
  return paint(colourOf(status), "█".repeat(full)) + paint("dim", "░".repeat(BAR - full));
}
