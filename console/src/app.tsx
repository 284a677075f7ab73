/// <reference lib="dom" />
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Board } from "./api/shapes/board.ts";
import { useLive } from "./live/use_live.ts";
import { Confirm } from "./parts/confirm.tsx";
import { Icon } from "./parts/icons.tsx";
import { hrefOf, type View } from "./route.ts";
import { isTold, notice, route, session, setTheme, signOut, theme } from "./state.ts";
import { CallbackView } from "./views/callback.tsx";
import { CallbacksView } from "./views/callbacks.tsx";
import { DeliveriesView } from "./views/deliveries.tsx";
import { DeliveryView } from "./views/delivery.tsx";
import { ErrorsView } from "./views/errors.tsx";
import { FilmView } from "./views/film.tsx";
import { FilmsView } from "./views/films.tsx";
import { HealthView } from "./views/health.tsx";
import { SignIn } from "./views/sign_in.tsx";
import { SourcesView } from "./views/sources.tsx";

const VIEWS: [View, string][] = [
  ["films", "Films"],
  ["callbacks", "Callbacks"],
  ["deliveries", "Deliveries"],
  ["errors", "Errors"],
  ["sources", "Sources"],
  ["health", "Health"],
];

const MOVING = ["waiting", "generating", "stitching"];

export function App(): JSX.Element {
  return (
    <>
      {session.value === null ? <SignIn /> : <Desk />}
      <Confirm />
      <div class="notice-place" role="status" aria-live="polite">
        {notice.value && <p class={`notice ${notice.value.tone}`}>{notice.value.text}</p>}
      </div>
    </>
  );
}

function Desk(): JSX.Element {
  const { view, id, query } = route.value;
  const board = useLive(
    "/browse/board?limit=24",
    Board,
    {
      // Who looks at the board waits for what may come.
      isMoving: ({ columns }) =>
        (view === "films" && id === null) ||
        MOVING.some((name) => (columns[name]?.docs.length ?? 0) > 0),
    },
  );
  const main = useRef<HTMLElement>(null);
  const place = `${view}/${id ?? ""}`;
  const before = useRef(place);
  useEffect(() => {
    document.title = `${VIEWS.find(([name]) => name === view)?.[1]} · Reelay`;
    // Who listens is taken along to another page, who just came is left where they are.
    if (before.current !== place) {
      main.current?.focus();
      scrollTo(0, 0);
    }
    before.current = place;
    if (view === "films" && id === null) board.refresh();
  }, [place]);

  const overview = board.value?.overview;
  const counts: Partial<Record<View, number>> = {
    callbacks: overview?.failed_callbacks,
    deliveries: overview?.dead_deliveries,
    errors: overview?.errors_last_hour,
  };
  return (
    <div class="desk">
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to the content
      </a>
      <header class="rail">
        <a class="brand" href="#/films">
          <span class="logo" aria-hidden="true">
            <Icon name="film" size={13} />
          </span>
          Reelay
        </a>
        <nav aria-label="Views">
          {VIEWS.map(([name, label]) => (
            <a key={name} href={hrefOf(name)} aria-current={name === view ? "page" : undefined}>
              <Icon name={name} />
              <span>{label}</span>
              <Count n={counts[name] ?? 0} what={COUNTED[name] ?? ""} />
            </a>
          ))}
        </nav>
        <div class="rail-foot">
          <p
            class={board.error ? "live is-lost" : "live"}
            data-by={isTold.value ? "stream" : "looking"}
            title={isTold.value
              ? "The API tells what happens"
              : "The API is asked every few seconds"}
          >
            <span class="dot" aria-hidden="true" />
            {board.error ? "Connection lost" : "Live"}
          </p>
          <ThemeButton />
          <button type="button" class="quiet" onClick={() => signOut()}>
            <Icon name="out" size={16} />
            <span>Sign out</span>
          </button>
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        {view === "films" &&
          (id ? <FilmView id={id} /> : <FilmsView board={board} query={query} />)}
        {view === "callbacks" && (id ? <CallbackView id={id} /> : <CallbacksView query={query} />)}
        {view === "deliveries" &&
          (id ? <DeliveryView id={id} /> : <DeliveriesView query={query} />)}
        {view === "errors" && <ErrorsView query={query} />}
        {view === "sources" && <SourcesView query={query} />}
        {view === "health" && <HealthView />}
      </main>
    </div>
  );
}

const COUNTED: Partial<Record<View, string>> = {
  callbacks: "failed",
  deliveries: "dead",
  errors: "in the last hour",
};

function Count({ n, what }: { n: number; what: string }): JSX.Element | null {
  if (n === 0) return null;
  return (
    <span class="count">
      {n > 999 ? "999+" : n}
      <span class="sr">{` ${what}`}</span>
    </span>
  );
}

function ThemeButton(): JSX.Element {
  const names = ["auto", "light", "dark"];
  const next = names[(names.indexOf(theme.value) + 1) % names.length] ?? "auto";
  return (
    <button type="button" class="quiet" onClick={() => setTheme(next)}>
      <Icon name={theme.value} size={16} />
      <span>{`Theme: ${theme.value}`}</span>
    </button>
  );
}
