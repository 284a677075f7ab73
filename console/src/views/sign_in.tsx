/// <reference lib="dom" />
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import * as z from "zod/mini";
import { ApiError } from "../api/client.ts";
import { readKey } from "../api/operator_key.ts";
import { Overview } from "../api/shapes/board.ts";
import { Icon } from "../parts/icons.tsx";
import { config, createClientOf, defaultApi, signedOutBecause, signIn } from "../state.ts";

const Granted = z.object({ access_token: z.string() });

export function SignIn(): JSX.Element {
  const [wrong, setWrong] = useState(signedOutBecause.value);
  const [busy, setBusy] = useState(false);
  const [api, setApi] = useState("");
  const auth = config.value.auth;

  async function enter(pasted: string, refused = WRONG_KEY): Promise<void> {
    const read = readKey(pasted);
    if ("refused" in read) return setWrong(read.refused);
    const session = { api: api.trim().replace(/\/+$/, "") || defaultApi(), key: read.key };
    setBusy(true);
    try {
      await createClientOf(session).read("/browse/overview", Overview);
      signIn(session);
    } catch (error) {
      setBusy(false);
      setWrong(reasonOf(error, refused));
    }
  }

  function submit(event: SubmitEvent & { currentTarget: HTMLFormElement }): void {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    enter(`${fields.get("key") ?? ""}`);
  }

  async function submitUser(
    event: SubmitEvent & { currentTarget: HTMLFormElement },
  ): Promise<void> {
    event.preventDefault();
    if (!auth) return;
    const fields = new FormData(event.currentTarget);
    setBusy(true);
    try {
      // https://supabase.com/docs/reference/auth: password grant
      const answer = await fetch(
        `${auth.url.replace(/\/+$/, "")}/auth/v1/token?grant_type=password`,
        {
          method: "POST",
          headers: { apikey: auth.publishable_key, "content-type": "application/json" },
          body: JSON.stringify({ email: fields.get("email"), password: fields.get("password") }),
          credentials: "omit",
        },
      );
      if (answer.status === 429) throw new ApiError(-1, "Too many tries. Wait a minute.");
      if (!answer.ok) throw new ApiError(-1, "This address and password are not let in.");
      await enter(Granted.parse(await answer.json()).access_token, NO_ADMIN);
    } catch (error) {
      setBusy(false);
      setWrong(reasonOf(error));
    }
  }

  return (
    <main class="gate">
      <div class="gate-card">
        <p class="brand">
          <span class="logo" aria-hidden="true">
            <Icon name="film" size={13} />
          </span>
          Reelay
        </p>
        <h1>Operator's console</h1>
        <p class="muted">
          Every film, callback and delivery of this installation, and the verbs to help them along.
        </p>
        {wrong && <p class="trouble" role="alert">{wrong}</p>}
        <form onSubmit={submit}>
          <label class="field">
            <span>Operator key, or an admin's token</span>
            <input
              name="key"
              type="password"
              autoComplete="off"
              spellcheck={false}
              required
              autoFocus
            />
          </label>
          <p class="hint">
            OPERATOR_KEY stands in{" "}
            <code>supabase/functions/.env</code>. It is kept for this tab alone.
          </p>
          <details>
            <summary>Another API than this page's own</summary>
            <label class="field">
              <span>Address of the functions</span>
              <input
                type="url"
                value={api}
                placeholder={defaultApi()}
                onInput={(event) => setApi(event.currentTarget.value)}
              />
            </label>
            <p class="hint">
              There, CORS_ORIGINS has to name <code>{location.origin}</code>.
            </p>
          </details>
          <button type="submit" class="button primary wide" disabled={busy}>
            {busy ? "Looking…" : "Sign in"}
          </button>
        </form>
        {auth && (
          <form onSubmit={submitUser} class="gate-user">
            <h2>As an admin</h2>
            <label class="field">
              <span>E-mail</span>
              <input name="email" type="email" autoComplete="username" required />
            </label>
            <label class="field">
              <span>Password</span>
              <input name="password" type="password" autoComplete="current-password" required />
            </label>
            <button type="submit" class="button wide" disabled={busy}>Sign in as an admin</button>
          </form>
        )}
      </div>
    </main>
  );
}

const WRONG_KEY = "This key is not let in. OPERATOR_KEY is what the functions were started with.";
const NO_ADMIN =
  "You are signed in, but no admin: whoever manages the project sets app_metadata.role to admin.";

function reasonOf(error: unknown, refused = WRONG_KEY): string {
  if (!(error instanceof ApiError)) return `Cannot sign in: ${error}`;
  switch (error.status) {
    case 401:
      return refused;
    case 404:
      return "This API has no routes for a console yet: deploy webhook-manage again.";
    case 429:
      return "Too many wrong keys came from here. Wait a minute.";
    case 503:
      return "The API is not configured, or its database is away: is OPERATOR_KEY set?";
    default:
      return error.message;
  }
}
