import type { Series } from "./case.ts";
import { median, short } from "./figures.ts";

const WIDTH = 760;
const ROW = 30;
const LEFT = 300;
const RIGHT = 130;
const TOP = 44;

/** An SVG with a bar to each median and a line over each range; series of one unit share a scale. */
export function drawChart(title: string, series: readonly Series[]): string {
  const largest = new Map<string, number>();
  for (const { unit, values } of series) {
    largest.set(unit, Math.max(largest.get(unit) ?? 0, ...values.filter(Number.isFinite)));
  }
  const rows = series.map((one, n) => drawRow(one, TOP + n * ROW, largest.get(one.unit) ?? 1));
  const height = TOP + series.length * ROW + 12;

  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="13">
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="12" y="26" font-size="16" font-weight="bold" fill="#1f2933">${escape(title)}</text>
${rows.join("\n")}
</svg>
`;
}

function drawRow({ name, unit, values }: Series, y: number, largest: number): string {
  const scale = (value: number) => value / (largest || 1) * (WIDTH - LEFT - RIGHT);
  const middle = median(values);
  const end = LEFT + scale(middle);
  const [least, most] = [Math.min(...values), Math.max(...values)].map((value) =>
    LEFT + scale(value)
  );
  const centre = y + ROW / 2 - 3;
  return [
    `<text x="${LEFT - 8}" y="${centre + 4}" text-anchor="end" fill="#1f2933">${
      escape(name)
    }</text>`,
    `<rect x="${LEFT}" y="${y}" width="${(end - LEFT).toFixed(1)}" height="${
      ROW - 8
    }" fill="#5b8def"/>`,
    `<line x1="${least?.toFixed(1)}" y1="${centre}" x2="${
      most?.toFixed(1)
    }" y2="${centre}" stroke="#1f2933"/>`,
    `<text x="${(Math.max(end, most ?? 0) + 8).toFixed(1)}" y="${centre + 4}" fill="#1f2933">${
      escape(`${short(middle)} ${unit}`)
    }</text>`,
  ].join("\n");
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
