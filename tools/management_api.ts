import { z } from "zod";

const Metadata = z.looseObject({
  entrypoint_path: z.string(),
  import_map_path: z.string().optional(),
  verify_jwt: z.boolean().optional(),
});

/** One function as the CLI handed it over: paths are relative to the folder above `supabase/`. */
export type Upload = {
  name: string;
  metadata: z.infer<typeof Metadata>;
  files: Map<string, Uint8Array<ArrayBuffer>>;
};

export type ManagementApi = {
  url: string;
  uploads: Upload[];
  /** Names of the secrets that were set. */
  secrets: string[];
  stop(): Promise<void>;
};

const Secrets = z.array(z.object({ name: z.string(), value: z.string() }));

/**
 * Stands in for Supabase's Management API on loopback, as far as `functions deploy --use-api` of
 * CLI 3.1.0 calls it: one multipart upload for each function, then one PUT that makes them live; and
 * `secrets set`.
 * It takes whatever comes, as the real API does until its bundler runs.
 */
export function startManagementApi(): ManagementApi {
  const uploads: Upload[] = [];
  const secrets: string[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      const url = new URL(request.url);
      if (request.method === "POST" && url.pathname.endsWith("/functions/deploy")) {
        const upload = await readUpload(url.searchParams.get("slug") ?? "", request);
        uploads.push(upload);
        return Response.json(remoteFunction(upload), { status: 201 });
      }
      if (request.method === "POST" && url.pathname.endsWith("/secrets")) {
        secrets.push(...Secrets.parse(await request.json()).map(({ name }) => name));
        return new Response(null, { status: 201 });
      }
      await request.body?.cancel();
      if (request.method === "PUT") return Response.json({ functions: [] });
      return request.method === "GET" && url.pathname.endsWith("/functions")
        ? Response.json([])
        : Response.json({ message: "Not found" }, { status: 404 });
    },
  );

  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    uploads,
    secrets,
    stop: () => server.shutdown(),
  };
}

async function readUpload(name: string, request: Request): Promise<Upload> {
  const form = await request.formData();
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const file of form.getAll("file")) {
    if (file instanceof File) files.set(file.name, new Uint8Array(await file.arrayBuffer()));
  }
  return { name, metadata: Metadata.parse(JSON.parse(String(form.get("metadata")))), files };
}

function remoteFunction({ name, metadata }: Upload) {
  return {
    id: crypto.randomUUID(),
    slug: name,
    name,
    status: "ACTIVE",
    version: 1,
    created_at: 0,
    updated_at: 0,
    verify_jwt: metadata.verify_jwt ?? true,
    import_map: metadata.import_map_path !== undefined,
    entrypoint_path: metadata.entrypoint_path,
  };
}
