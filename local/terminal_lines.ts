/**
 * Whether a line of the log is shown on a terminal as well: films' stations are told there, and what
 * providers, functions and Postgres say besides is in the log file, unless it is about trouble.
 */
export function isForTerminal(line: string): boolean {
  return /\b(error|errors|failed|cannot|warning|panic|refused|uncaught|fatal)\b/i.test(line);
}
