import { join } from "node:path";

export const CONSOLE = "/console";

const TYPES: Record<string, string> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  svg: "image/svg+xml",
  woff2: "font/woff2",
};

/**
 * What the page may do, said once more by whom it comes from: here the API is its own origin. Its
 * pictures and films come from Storage and from wherever providers keep them.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "connect-src 'self' https: http://127.0.0.1:* http://localhost:*",
  "img-src 'self' data: https: http://127.0.0.1:*",
  "media-src 'self' https: http://127.0.0.1:*",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

const HEADERS = {
  "content-security-policy": POLICY,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
};

/**
 * Serves the console's built page, `console/dist`, below /console/. A host on the web does the same
 * with any static file server.
 */
export function createConsolePages(
  { folder }: { folder: string },
): (request: Request, path: string) => Promise<Response> {
  return async (request, path) => {
    await request.body?.cancel();
    if (request.method !== "GET" && request.method !== "HEAD") {
      return new Response("Method not allowed\n", { status: 405, headers: { allow: "GET, HEAD" } });
    }
    const [name = ""] = path.split("?", 1);
    if (name === "") {
      return new Response(null, { status: 308, headers: { location: `${CONSOLE}/` } });
    }

    const file = name === "/" ? "index.html" : name.slice(1);
    const type = TYPES[file.split(".").at(-1) ?? ""];
    // Names of the build alone: nothing of a path leads out of the folder.
    if (type === undefined || !/^(assets\/)?[\w-]+(\.[\w-]+)*$/.test(file)) return notFound();
    try {
      const bytes = await Deno.readFile(join(folder, file));
      const body = request.method === "HEAD" ? null : bytes;
      return new Response(body, {
        headers: { ...HEADERS, "content-type": type, ...cacheOf(file) },
      });
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return notFound();
      throw error;
    }
  };
}

/** A built file's name says what is in it; the page that names them is asked for each time. */
function cacheOf(file: string): Record<string, string> {
  return {
    "cache-control": file.startsWith("assets/")
      ? "public, max-age=31536000, immutable"
      : "no-cache",
  };
}

function notFound(): Response {
  return new Response("Not found\n", { status: 404, headers: { "content-type": "text/plain" } });
}
