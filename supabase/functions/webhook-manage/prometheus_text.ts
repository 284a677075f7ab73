/** Numbers of one name, as Prometheus takes them. */
export type Family = {
  name: string;
  help: string;
  type: "counter" | "gauge" | "histogram";
  samples: readonly Sample[];
};

export type Sample = {
  labels?: Record<string, string>;
  /** Null: unknown, and left out. */
  value: number | null;
  /** `_bucket`, `_sum`, `_count` of a histogram. */
  suffix?: string;
};

export const PROMETHEUS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/**
 * Writes Prometheus' text format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats). A
 * family without a sample is left out.
 */
export function prometheusText(families: readonly Family[]): string {
  return families.flatMap(({ name, help, type, samples }) => {
    const known = samples.flatMap(({ value, ...of }) => value === null ? [] : [{ value, ...of }]);
    if (known.length === 0) return [];
    return [
      `# HELP ${name} ${help.replace(/\\/g, "\\\\").replace(/\n/g, "\\n")}\n`,
      `# TYPE ${name} ${type}\n`,
      ...known.map(({ labels = {}, suffix = "", value }) =>
        `${name}${suffix}${labelsText(labels)} ${value}\n`
      ),
    ];
  }).join("");
}

function labelsText(labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(value: string): string {
  return value.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n");
}
