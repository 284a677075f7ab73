/// <reference lib="dom" />
import type { ComponentChildren, JSX } from "preact";
import type { Pages } from "../live/use_pages.ts";
import { hrefOf, type View } from "../route.ts";
import { Empty, Loading, Trouble } from "./bits.tsx";
import { ask, type Question } from "./confirm.tsx";

/** Of a view's address, the filters by these names; "": not filtered by it. */
export function readFilter<Name extends string>(
  query: URLSearchParams,
  names: readonly Name[],
): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, query.get(name) ?? ""]));
}

/** Shows the same list under other filters. */
export function filterBy(
  view: View,
  filter: Record<string, string>,
  changes: Record<string, string>,
): void {
  location.hash = hrefOf(view, null, { ...filter, ...changes });
}

export type FilteredListProps<T> = {
  view: View;
  title: string;
  says: string;
  /** A verb on all that failed. */
  verb: Question;
  filter: Record<string, string>;
  pages: Pages<T>;
  /** Of nothing in the list: its name, and why there is none yet. */
  nothing: { name: string; because: string };
  rows: (docs: T[]) => JSX.Element;
  /** The fields to filter by. */
  children: ComponentChildren;
};

/** A list with its filters, what to say where it is empty, and its older pages. */
export function FilteredList<T>(
  { view, title, says, verb, filter, pages, nothing, rows, children }: FilteredListProps<T>,
): JSX.Element {
  const { docs, error, hasMore, more } = pages;
  const isFiltered = Object.values(filter).some((value) => value !== "");
  return (
    <>
      <div class="head">
        <div>
          <h1>{title}</h1>
          <p class="muted">{says}</p>
        </div>
        <button type="button" class="button" onClick={() => ask(verb)}>{verb.verb}</button>
      </div>
      <div class="filters">
        {children}
        {isFiltered && <a class="quiet clear" href={hrefOf(view)}>Clear</a>}
      </div>
      <Trouble error={error} />
      {docs === null && !error && <Loading />}
      {docs?.length === 0 && (
        <Empty title={isFiltered ? `No ${nothing.name} is like that` : `No ${nothing.name} yet`}>
          {isFiltered ? "Take a filter away." : nothing.because}
        </Empty>
      )}
      {docs && docs.length > 0 && rows(docs)}
      {hasMore && (
        <button type="button" class="button more-button" onClick={more}>Show older ones</button>
      )}
    </>
  );
}
