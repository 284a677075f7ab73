import type { ComponentChildren, JSX } from "preact";
import type { ApiError } from "../api/client.ts";
import { ago, dateTime, pretty, shortId, unbroken } from "../format.ts";
import { now, say } from "../state.ts";
import { Icon } from "./icons.tsx";

/** How long ago; the exact time is told on hover and to screen readers. */
export function Ago({ at }: { at: string | null | undefined }): JSX.Element {
  if (!at) return <span class="muted">never</span>;
  return <time dateTime={at} title={dateTime(at)}>{unbroken(ago(at, now.value))}</time>;
}

export function Id({ id, href }: { id: string | null | undefined; href?: string }): JSX.Element {
  if (!id) return <span class="muted">none</span>;
  const short = <span class="mono" title={id}>{shortId(id)}</span>;
  if (href) return <a href={href}>{short}</a>;
  return (
    <button type="button" class="id" title={`Copy ${id}`} onClick={() => copy(id)}>
      <span class="mono">{shortId(id)}</span>
      <Icon name="copy" size={13} /> <span class="sr">copy</span>
    </button>
  );
}

export function copy(text: string): void {
  navigator.clipboard.writeText(text).then(
    () => say("Copied"),
    () => say("The browser does not let this page copy", "bad"),
  );
}

/** What somebody sent, as text: never as markup. */
export function Payload({ title, value }: { title: string; value: unknown }): JSX.Element {
  const text = pretty(value);
  return (
    <figure class="payload">
      <figcaption>
        <span>{title}</span>
        <button type="button" class="quiet" onClick={() => copy(text)}>
          Copy<span class="sr">{` ${title}`}</span>
        </button>
      </figcaption>
      <pre tabIndex={0} role="region" aria-label={title}>{text === "" ? "(empty)" : text}</pre>
    </figure>
  );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children && <p>{children}</p>}
    </div>
  );
}

/** What went wrong with looking; what was seen before stays below it. */
export function Trouble({ error }: { error: ApiError | null }): JSX.Element | null {
  if (error === null) return null;
  return <p class="trouble" role="alert">{error.message}</p>;
}

/** In place of one thing that is not there, or not yet. */
export function NotHere(
  { what, gone, error }: { what: string; gone: string; error: ApiError | null },
): JSX.Element {
  if (error === null) return <Loading />;
  return error.status === 404
    ? <Empty title={`No such ${what}`}>{gone}</Empty>
    : <p class="trouble" role="alert">{error.message}</p>;
}

export function Loading(): JSX.Element {
  return (
    <div class="loading" role="status">
      <span class="sr">Loading</span>
      <span class="bar" /> <span class="bar" /> <span class="bar" />
    </div>
  );
}

/** Names and values; what is null is left out. */
export function Facts({ rows }: { rows: Record<string, ComponentChildren> }): JSX.Element {
  return (
    <dl class="facts">
      {Object.entries(rows).map(([name, value]) =>
        value !== null && (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        )
      )}
    </dl>
  );
}

export function Field(
  { label, children }: { label: string; children: ComponentChildren },
): JSX.Element {
  return (
    <label class="field">
      <span>{label}</span>
      {children}
    </label>
  );
}

/** A choice among few; the first one means all. */
export function Choice(
  { label, value, options, onChange }: {
    label: string;
    value: string;
    options: [value: string, label: string][];
    onChange: (value: string) => void;
  },
): JSX.Element {
  return (
    <Field label={label}>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map(([name, words]) => <option key={name} value={name}>{words}</option>)}
      </select>
    </Field>
  );
}

/** An address as text that breaks at its slashes, where it has to break. */
export function Address({ url }: { url: string }): JSX.Element {
  return (
    <span>
      {url.split(/(?<=[^/]\/)(?!\/)/).map((part) => (
        <>
          {part}
          <wbr />
        </>
      ))}
    </span>
  );
}
