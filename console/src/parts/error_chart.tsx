/// <reference lib="dom" />
import type { JSX } from "preact";
import type { ErrorSeries } from "../api/shapes/error.ts";
import { clock, dateTime, words } from "../format.ts";

/** Of the drawing: what is written in it is as large on a phone. */
const WIDTH = innerWidth < 820 ? 420 : 960;
const HEIGHT = 200;
const HEAD = 20;
const FOOT = 22;
const GAP = 2;

/** Errors over time, a bar a bucket, a colour a type; the same as a table for who sees no chart. */
export function ErrorChart({ series }: { series: ErrorSeries }): JSX.Element {
  const { buckets, bucket_s } = series;
  const types = [...new Set(buckets.flatMap(({ by_type }) => Object.keys(by_type)))].sort();
  const totals = buckets.map(({ by_type }) => Object.values(by_type).reduce((a, b) => a + b, 0));
  const all = totals.reduce((a, b) => a + b, 0);
  // Even: half of it is written beside the middle line.
  const top = Math.ceil(Math.max(4, ...totals) / 2) * 2;
  const width = WIDTH / buckets.length;
  const scale = (HEIGHT - FOOT - HEAD) / top;
  const label = (at: string) => bucket_s >= 3600 ? dateTime(at).slice(0, 6) : clock(at).slice(0, 5);
  const every = Math.ceil(buckets.length / (WIDTH < 500 ? 4 : 6));

  return (
    <figure class="chart">
      <figcaption>
        <strong>{all === 0 ? "No error" : `${all} ${all === 1 ? "error" : "errors"}`}</strong>
        <span class="legend">
          {types.map((type, n) => (
            <span key={type}>
              <span class={`swatch series-${n % 6}`} aria-hidden="true" />
              {words(type)}
            </span>
          ))}
        </span>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`${all} errors, at most ${Math.max(0, ...totals)} at once`}
      >
        {[0.5, 1].map((part) => (
          <g key={part}>
            <line
              class="grid"
              x1="0"
              x2={WIDTH}
              y1={HEIGHT - FOOT - top * part * scale}
              y2={HEIGHT - FOOT - top * part * scale}
            />
            <text class="grid-n" x="2" y={HEIGHT - FOOT - top * part * scale - 3}>
              {Math.round(top * part)}
            </text>
          </g>
        ))}
        <line class="base" x1="0" x2={WIDTH} y1={HEIGHT - FOOT} y2={HEIGHT - FOOT} />
        {buckets.map(({ at, by_type }, index) => {
          let below = 0;
          return (
            <g key={at}>
              {types.map((type, n) => {
                const height = (by_type[type] ?? 0) * scale;
                below += height;
                return height > 0 && (
                  <rect
                    key={type}
                    class={`series-${n % 6}`}
                    x={index * width + GAP / 2}
                    y={HEIGHT - FOOT - below}
                    width={width - GAP}
                    height={height}
                    rx="1.5"
                  >
                    <title>{`${dateTime(at)}: ${by_type[type]} ${type}`}</title>
                  </rect>
                );
              })}
              {index % every === 0 && (
                <text class="tick" x={index * width} y={HEIGHT - 6}>{label(at)}</text>
              )}
            </g>
          );
        })}
      </svg>
      {all > 0 && (
        <details>
          <summary>As a table</summary>
          <table>
            <thead>
              <tr>
                <th scope="col">From</th>
                {types.map((type) => <th key={type} scope="col">{words(type)}</th>)}
              </tr>
            </thead>
            <tbody>
              {buckets.filter((_, n) => (totals[n] ?? 0) > 0).map(({ at, by_type }) => (
                <tr key={at}>
                  <th scope="row">{dateTime(at)}</th>
                  {types.map((type) => <td key={type}>{by_type[type] ?? 0}</td>)}
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
    </figure>
  );
}
