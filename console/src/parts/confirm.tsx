import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { client, say } from "../state.ts";

export type Question = {
  title: string;
  text: string;
  /** On the button that does it. */
  verb: string;
  isGrave?: boolean;
  /** A text that goes along, e.g. a reason. */
  input?: { label: string; value?: string; rows?: number };
  path: string;
  body?: (input: string) => unknown;
  method?: "POST" | "DELETE";
  onDone?: () => void;
};

const asked = signal<Question | null>(null);

/** Nothing is changed before somebody has confirmed it here. */
export function ask(question: Question): void {
  asked.value = question;
}

export function Confirm(): JSX.Element | null {
  const question = asked.value;
  return question && <ConfirmDialog key={question.title + question.path} question={question} />;
}

/** One for each question: who confirms once more, because the answer was lost, gets what was done. */
function newKey(): string {
  // crypto.randomUUID is not there on pages without TLS.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function ConfirmDialog({ question }: { question: Question }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const [input, setInput] = useState(question.input?.value ?? "");
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  const [idempotencyKey] = useState(newKey);
  useEffect(() => dialog.current?.showModal(), []);

  async function go(event: Event): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setWrong("");
    try {
      const { path, body, method } = question;
      await client.peek()?.send(path, body?.(input.trim()), { method, idempotencyKey });
      say(`${question.verb}: done`);
      // Closed, not only taken away: the keyboard is back where it was.
      dialog.current?.close();
      question.onDone?.();
    } catch (error) {
      setWrong(error instanceof Error ? error.message : `${error}`);
      setBusy(false);
    }
  }

  const field = question.input;
  return (
    <dialog
      ref={dialog}
      class="confirm"
      aria-labelledby="confirm-title"
      aria-describedby="confirm-text"
      onClose={() => asked.value = null}
    >
      <form onSubmit={go}>
        <h2 id="confirm-title">{question.title}</h2>
        <p id="confirm-text">{question.text}</p>
        {field && (
          <label class="field">
            <span>{field.label}</span>
            <textarea
              rows={field.rows ?? 2}
              value={input}
              onInput={(event) => setInput(event.currentTarget.value)}
            />
          </label>
        )}
        {wrong && <p class="trouble" role="alert">{wrong}</p>}
        <div class="actions">
          <button type="button" class="button" onClick={() => dialog.current?.close()}>
            Leave it
          </button>
          <button
            type="submit"
            class={question.isGrave ? "button grave" : "button primary"}
            disabled={busy}
          >
            {question.verb}
          </button>
        </div>
      </form>
    </dialog>
  );
}
