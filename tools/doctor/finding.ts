import { printable } from "../../local/printable.ts";

/** One line of the doctor's report. */
export type Finding = {
  /** `note`: it works, and somebody may want to know. */
  state: "ok" | "note" | "missing" | "wrong";
  what: string;
  /** What to do about it. */
  todo?: string;
};

export function ok(what: string): Finding {
  return { state: "ok", what };
}

export function note(what: string, todo?: string): Finding {
  return { state: "note", what, todo };
}

export function missing(what: string, todo: string): Finding {
  return { state: "missing", what, todo };
}

export function wrong(what: string, todo: string): Finding {
  return { state: "wrong", what, todo };
}

/** True where the finding is something to mend. */
export function isBad({ state }: Finding): boolean {
  return state === "missing" || state === "wrong";
}

/** A finding as a person reads it; what to do stands below. */
export function finding({ state, what, todo }: Finding): string {
  const line = `${state.padEnd(8)} ${printable(what)}`;
  return todo === undefined ? line : `${line}\n         → ${printable(todo)}`;
}
