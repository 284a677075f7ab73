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
