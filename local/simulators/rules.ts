/** A behaviour with the conditions under which it holds. */
type Conditional = {
  /** For the next so many matching calls; default: for all. */
  times?: number;
};

/** The rules in force. Later rules win over earlier ones, behaviour by behaviour. */
export class RuleBook<Rule extends Conditional> {
  #entries: { rule: Rule; left: number }[] = [];

  /** Returns a function that takes the rule back. */
  add(rule: Rule): () => void {
    const entry = { rule, left: rule.times ?? Infinity };
    this.#entries.push(entry);
    return () => {
      this.#entries = this.#entries.filter((other) => other !== entry);
    };
  }

  clear(): void {
    this.#entries = [];
  }

  hasAny(concerns: (rule: Rule) => boolean): boolean {
    return this.#entries.some(({ rule, left }) => left > 0 && concerns(rule));
  }

  /** All rules that `matches` says yes to, as one; uses up one of `times` of each. */
  matching(matches: (rule: Rule) => boolean): Partial<Rule> {
    const behaviour: Partial<Rule> = {};
    for (const entry of this.#entries) {
      if (entry.left <= 0 || !matches(entry.rule)) continue;
      entry.left--;
      Object.assign(behaviour, entry.rule);
    }
    return behaviour;
  }
}
