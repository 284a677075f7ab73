export type View = "films" | "callbacks" | "deliveries" | "errors" | "sources" | "health";

export type Route = {
  view: View;
  /** What is looked at closely, if anything is. */
  id: string | null;
  query: URLSearchParams;
};

const VIEWS: readonly View[] = ["films", "callbacks", "deliveries", "errors", "sources", "health"];

/** Reads `#/films/proj_1?status=failed`. What leads nowhere leads to the films. */
export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const [first = "", ...rest] = path.split("/");
  const view = VIEWS.find((name) => name === first) ?? "films";
  const id = rest.join("/");
  return { view, id: id === "" ? null : decode(id), query: new URLSearchParams(query) };
}

/** The opposite; empty values are left out. */
export function hrefOf(
  view: View,
  id: string | null = null,
  query: Record<string, string> = {},
): string {
  const given = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ""));
  const path = id === null ? `#/${view}` : `#/${view}/${encodeURIComponent(id)}`;
  return given.size > 0 ? `${path}?${given}` : path;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
