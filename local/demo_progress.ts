import type { Task } from "../supabase/functions/_shared/transitions/projects.ts";

/** Says how a film gets on: one line redrawn on a terminal, a line a change elsewhere. */
export class DemoProgress {
  #write: (text: string) => void;
  #isTerminal: boolean;
  #shown = "";

  constructor({ write, isTerminal }: { write: (text: string) => void; isTerminal: boolean }) {
    this.#write = write;
    this.#isTerminal = isTerminal;
  }

  show(task: Pick<Task, "status" | "progress" | "scenes">): void {
    const line = describeTask(task);
    if (line === this.#shown) return;
    this.#shown = line;
    this.#write(this.#isTerminal ? `\r\x1b[K${line}` : `${line}\n`);
  }

  /** A line of its own; what was redrawn before it stays. */
  say(line: string): void {
    this.endLine();
    this.#write(`${line}\n`);
  }

  /** Leaves the line that is drawn over, so that others can write. */
  endLine(): void {
    if (this.#isTerminal && this.#shown !== "") this.#write("\n");
    this.#shown = "";
  }
}

/** `generating 33%: scene 1 completed, scene 2 generating, scene 3 pending` */
export function describeTask(
  { status, progress, scenes }: Pick<Task, "status" | "progress" | "scenes">,
): string {
  const each = scenes.map((scene) => `scene ${scene.position} ${scene.status}`).join(", ");
  return each === "" ? `${status} ${progress}%` : `${status} ${progress}%: ${each}`;
}
