import assert from "node:assert/strict";

/** What a scraper makes of the text. */
export type Scraped = Map<string, {
  type: string;
  help: string;
  samples: { name: string; labels: Record<string, string>; value: number }[];
}>;

const COMMENT = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(.*)\})? (-?\d+(?:\.\d+)?(?:e[+-]\d+)?|NaN|[+-]Inf)$/;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(,|$)/;

/** Reads Prometheus' text format 0.0.4 strictly, for tests. @throws where a scraper would stumble */
export function parsePrometheus(text: string): Scraped {
  assert.ok(text.endsWith("\n"), "the last line ends too");
  const families: Scraped = new Map();
  const seen = new Set<string>();
  let current = "";

  for (const line of text.slice(0, -1).split("\n")) {
    const [, keyword, of = "", rest = ""] = COMMENT.exec(line) ?? [];
    if (keyword === "HELP") {
      assert.ok(!families.has(of), `${of} comes in one piece`);
      families.set(of, { type: "", help: rest, samples: [] });
      current = of;
      continue;
    }
    const family = families.get(current);
    assert.ok(family, line);
    if (keyword === "TYPE") {
      assert.equal(of, current);
      assert.equal(family.samples.length, 0, "the type comes before samples");
      assert.match(rest, /^(counter|gauge|histogram)$/);
      family.type = rest;
      continue;
    }
    const [, name = "", , labels = "", value = ""] = SAMPLE.exec(line) ?? assert.fail(line);
    const suffix = name.slice(current.length);
    assert.ok(name.startsWith(current), `${name} belongs to ${current}`);
    assert.match(suffix, family.type === "histogram" ? /^_(bucket|sum|count)$/ : /^$/, line);
    assert.ok(!seen.has(`${name}{${labels}}`), `${line} is there once`);
    seen.add(`${name}{${labels}}`);
    family.samples.push({ name, labels: readLabels(labels), value: readValue(value) });
  }
  return families;
}

function readLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (let rest = text; rest !== "";) {
    const [whole, name = "", value = ""] = LABEL.exec(rest) ?? assert.fail(text);
    labels[name] = value.replace(/\\(.)/g, (_, letter) => letter === "n" ? "\n" : letter);
    rest = rest.slice(whole.length);
  }
  return labels;
}

function readValue(text: string): number {
  return text.endsWith("Inf") ? Number(`${text}inity`) : Number(text);
}
