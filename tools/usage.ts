import { parseArgs, type ParseArgsConfig } from "node:util";

/** Prints the usage and ends well when the command line asks for it. */
export function showHelp(usage: string, args: string[] = Deno.args): void {
  if (!args.includes("--help") && !args.includes("-h")) return;
  console.log(usage);
  Deno.exit(0);
}

/** Ends a tool with a message for the person who typed the command, and the exit code of misuse. */
export function refuse(message: string): never {
  console.error(message);
  Deno.exit(2);
}

/**
 * Reads the command line as `config` has it. Prints the usage where that is asked for; refuses
 * options that there are not, and names where none is taken.
 */
export function readArguments<Config extends ParseArgsConfig>(
  usage: string,
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  showHelp(usage);
  try {
    return parseArgs(config);
  } catch (error) {
    const [why] = error instanceof Error ? error.message.split(". ") : [String(error)];
    refuse(`Cannot read the command line: ${why}; --help tells what it takes`);
  }
}
