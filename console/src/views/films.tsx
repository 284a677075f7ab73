/// <reference lib="dom" />
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { type Board, type Card, CardPage, type Overview } from "../api/shapes/board.ts";
import { count, usd } from "../format.ts";
import { type Live } from "../live/use_live.ts";
import { usePages } from "../live/use_pages.ts";
import { Empty, Loading, Trouble } from "../parts/bits.tsx";
import { FilmCard } from "../parts/film_card.tsx";
import { Icon } from "../parts/icons.tsx";
import { hrefOf } from "../route.ts";

const COLUMNS: [name: string, label: string, statuses: string[]][] = [
  ["waiting", "Waiting", ["queued", "storyboarding"]],
  ["generating", "Generating", ["generating"]],
  ["stitching", "Stitching", ["stitching"]],
  ["attention", "Needs somebody", ["paused", "failed"]],
  ["completed", "Completed", ["completed"]],
];
const LISTS: [status: string, label: string][] = [
  ["", "Board"],
  ["queued,storyboarding,generating,stitching", "Under way"],
  ["completed", "Completed"],
  ["failed", "Failed"],
  ["paused", "Paused"],
  ["cancelled", "Cancelled"],
];

/** A board of all films, or a list of those that are looked for. */
export function FilmsView(
  { board, query }: { board: Live<Board>; query: URLSearchParams },
): JSX.Element {
  const status = query.get("status") ?? "";
  const search = query.get("search") ?? "";
  const overview = board.value?.overview;
  const isBoard = status === "" && search === "";

  return (
    <>
      <div class="head">
        <div>
          <h1>Films</h1>
          <p class="muted">{overview ? summaryOf(overview) : "\u00a0"}</p>
        </div>
        <Search status={status} search={search} />
      </div>
      <nav class="chips" aria-label="Which films">
        {LISTS.map(([name, label]) => (
          <a
            key={name}
            class="chip"
            href={hrefOf("films", null, { status: name, search })}
            aria-current={name === status ? "true" : undefined}
          >
            {name === "" && search ? "All" : label}
            {overview && name !== "" && <span class="chip-n">{count(sum(overview, name))}</span>}
          </a>
        ))}
      </nav>
      {isBoard ? <Columns board={board} /> : <Found status={status} search={search} />}
    </>
  );
}

function summaryOf({ by_status, spent_today_usd, budget_left_usd, is_paused }: Overview): string {
  const all = Object.values(by_status).reduce((a, b) => a + b, 0);
  const left = budget_left_usd === null || budget_left_usd === undefined
    ? ""
    : `, ${usd(budget_left_usd)} left`;
  const paused = is_paused ? " · everything is paused" : "";
  return `${count(all)} in all · ${usd(spent_today_usd)} spent today${left}${paused}`;
}

function sum({ by_status }: Overview, statuses: string): number {
  return statuses.split(",").reduce((n, name) => n + (by_status[name] ?? 0), 0);
}

function Search({ status, search }: { status: string; search: string }): JSX.Element {
  const [text, setText] = useState(search);
  return (
    <form
      class="search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        location.hash = hrefOf("films", null, { status, search: text.trim() });
      }}
    >
      <Icon name="search" size={16} />
      <input
        type="search"
        aria-label="Search films by id, user or words of the prompt"
        placeholder="Id, user or words of the prompt"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
    </form>
  );
}

function Columns({ board }: { board: Live<Board> }): JSX.Element {
  const { value, error } = board;
  if (!value) return error ? <Trouble error={error} /> : <Loading />;
  const isNew = Object.values(value.overview.by_status).every((n) => n === 0);
  if (isNew) {
    return (
      <Empty title="No film yet">
        Post a signed job to <code>/webhook</code>: it appears here within two seconds.
      </Empty>
    );
  }
  return (
    <>
      <Trouble error={error} />
      <div class="board">
        {COLUMNS.map(([name, label, statuses]) => {
          const all = sum(value.overview, statuses.join());
          const docs = value.columns[name]?.docs ?? [];
          return (
            <section
              key={name}
              class={`column column-${name} ${docs.length === 0 ? "is-empty" : ""}`}
              aria-labelledby={`column-${name}`}
            >
              <h2 id={`column-${name}`}>
                {label} <span class="column-n">{count(all)}</span>
              </h2>
              {docs.map((card) => <FilmCard key={card.project_id} card={card} />)}
              {docs.length === 0 && <p class="column-empty">None</p>}
              {all > docs.length && (
                <a class="more" href={hrefOf("films", null, { status: statuses.join() })}>
                  {`All ${count(all)}`}
                </a>
              )}
            </section>
          );
        })}
      </div>
    </>
  );
}

function Found({ status, search }: { status: string; search: string }): JSX.Element {
  const query = new URLSearchParams({ limit: "48", status, search });
  const { docs, error, hasMore, more } = usePages(
    `/browse/projects?${query}`,
    CardPage,
    (card: Card) => card.project_id,
  );
  if (!docs) return error ? <Trouble error={error} /> : <Loading />;
  return (
    <>
      <Trouble error={error} />
      {docs.length === 0 && (
        <Empty title={hasMore ? "None so far" : "No film is like that"}>
          {hasMore
            ? "Ten thousand films are looked through at a time."
            : "Look for an id, a user, or a part of the prompt."}
        </Empty>
      )}
      <div class="cards">
        {docs.map((card) => <FilmCard key={card.project_id} card={card} />)}
      </div>
      {hasMore && (
        <button type="button" class="button more-button" onClick={more}>
          {search === "" ? "Show older films" : "Look among older films"}
        </button>
      )}
    </>
  );
}
