import { textLines } from "./functions/text_lines.ts";

/** How providers on the internet reach the API port of this machine. */
export type Tunnel = {
  /** What providers post to: base of the functions behind the tunnel. */
  baseUrl: string;
  /** Program and arguments; the token is in its environment, where `ps` does not show it. */
  command: string[];
  env: Record<string, string>;
};

const DOMAIN = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/i;
/** ngrok ends by itself within this time. */
const STOP_PATIENCE_MS = 3000;

/**
 * The tunnel of NGROK_DOMAIN and NGROK_AUTH_TOKEN; null where one of them is unset.
 *
 * @throws where the domain is none: it goes into a command and into a URL.
 */
export function readTunnel(
  { NGROK_DOMAIN: given, NGROK_AUTH_TOKEN: token }: Record<string, string | undefined>,
  { port }: { port: number },
): Tunnel | null {
  if (!given || !token) return null;
  const domain = given.trim().replace(/^https:\/\//, "").replace(/\/$/, "");
  if (!DOMAIN.test(domain)) {
    throw new Error(`Cannot read NGROK_DOMAIN: ${given} is no domain`);
  }
  return {
    baseUrl: `https://${domain}/functions/v1`,
    command: ["ngrok", "http", `--url=https://${domain}`, "--log=stdout", `127.0.0.1:${port}`],
    // ngrok's own name for it.
    env: { NGROK_AUTHTOKEN: token.trim() },
  };
}

/** What a person types to run it: the token stays a variable. */
export function tunnelCommand({ command }: Tunnel): string {
  return `NGROK_AUTHTOKEN=$NGROK_AUTH_TOKEN ${command.join(" ")}`;
}

/** Runs it until `stop`. @throws where the program is not there. */
export function startTunnel(
  { command: [program = "", ...args], env }: Tunnel,
  { log }: { log: (line: string) => void },
): { ended: Promise<number>; stop(): Promise<void> } {
  const child = spawn(program, args, env);
  const said = [child.stdout, child.stderr].map(async (stream) => {
    for await (const line of textLines(stream)) log(`${program}: ${line}`);
  });
  const ended = Promise.all([child.status, ...said]).then(([{ code }]) => code);

  return {
    ended,
    async stop() {
      end(child, "SIGTERM");
      const timer = setTimeout(() => end(child, "SIGKILL"), STOP_PATIENCE_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}

function spawn(program: string, args: string[], env: Record<string, string>): Deno.ChildProcess {
  try {
    return new Deno.Command(program, {
      args,
      env,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(`Cannot run the tunnel: ${program} is not on PATH`);
  }
}

function end(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch (error) {
    // It has ended by itself.
    if (!(error instanceof TypeError)) throw error;
  }
}
