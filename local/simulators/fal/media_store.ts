const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".mp4": "video/mp4",
  ".mp3": "audio/mpeg",
  ".jpg": "image/jpeg",
  ".png": "image/png",
};

/** A file as fal's outputs name it. */
export type PublishedFile = {
  url: string;
  content_type: string;
  file_name: string;
  file_size: number;
};

/** What the models made, on disk, at URLs that can expire. */
export class MediaStore {
  readonly folder: string;
  #expiry = new Map<string, number>();
  #baseUrl = "";

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async open(): Promise<MediaStore> {
    return new MediaStore(await Deno.makeTempDir({ prefix: "fal-media-" }));
  }

  /** To be told once the media host has its port. */
  serveAt(baseUrl: string): void {
    this.#baseUrl = baseUrl;
  }

  /** A path for a new file that only `publish` makes visible. `ending` with its dot. */
  newPath(ending: string): string {
    return `${this.folder}/${crypto.randomUUID().replaceAll("-", "")}_output${ending}`;
  }

  async publish(path: string, expiresMs = Infinity): Promise<PublishedFile> {
    const name = path.slice(this.folder.length + 1);
    this.#expiry.set(name, Date.now() + expiresMs);
    const { size } = await Deno.stat(path);
    const url = `${this.#baseUrl}/files/${name}`;
    return { url, content_type: contentType(name), file_name: name, file_size: size };
  }

  /** The same bytes at another URL. */
  async publishAgain(
    file: Pick<PublishedFile, "file_name">,
    expiresMs?: number,
  ): Promise<PublishedFile> {
    const path = this.newPath(file.file_name.slice(file.file_name.lastIndexOf(".")));
    await Deno.link(`${this.folder}/${file.file_name}`, path);
    return await this.publish(path, expiresMs);
  }

  async handle(request: Request): Promise<Response> {
    const name = new URL(request.url).pathname.replace("/files/", "");
    const expiry = this.#expiry.get(name);
    if (expiry === undefined || expiry <= Date.now()) {
      return Response.json({ detail: "File not found" }, { status: 404 });
    }
    const bytes = await Deno.readFile(`${this.folder}/${name}`);
    return new Response(bytes, { headers: { "content-type": contentType(name) } });
  }

  async remove(): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

function contentType(name: string): string {
  return CONTENT_TYPES[name.slice(name.lastIndexOf("."))] ?? "application/octet-stream";
}
