/*
 * Asks the real gateway the first time that something is called, and repeats its answer from then on:
 * for what concerns a door's own process alone, so that the database behind it need not do the same
 * a hundred thousand times.
 *
 * deno run -A bench/peers/repeating_api.ts <gateway>; listens where DENO_SERVE_ADDRESS says.
 */

type Answer = { status: number; text: string; type: string };

const [gateway = ""] = Deno.args;
const answers = new Map<string, Promise<Answer>>();

async function ask(path: string, request: Request): Promise<Answer> {
  const headers = new Headers(request.headers);
  headers.delete("host");
  const body = request.method === "GET" ? undefined : await request.arrayBuffer();
  const answer = await fetch(`${gateway}${path}`, { method: request.method, headers, body });
  return {
    status: answer.status,
    text: await answer.text(),
    type: answer.headers.get("content-type") ?? "application/json",
  };
}

Deno.serve(async (request) => {
  const { pathname, search } = new URL(request.url);
  const path = pathname + search;
  const known = answers.get(path);
  if (known) await request.body?.cancel();
  const asked = known ?? ask(path, request);
  answers.set(path, asked);
  const { status, text, type } = await asked;
  return new Response(text === "" ? null : text, { status, headers: { "content-type": type } });
});
