import { createHash, randomUUID } from "node:crypto";
import { join } from "node:path";
import type { ByteRange } from "./http_range.ts";

/** A file that was written; `version` is its name on disk. */
export type StoredFile = { version: string; size: number; md5: string };

/** The body went on after `limit` bytes. */
export class TooLarge extends Error {
  override name = "TooLarge";
}

const CHUNK_BYTES = 65_536;

/**
 * The files behind Storage. A name on disk is a random id that the object's row holds, so that no
 * path from outside reaches the file system and a new version never touches what is being read.
 */
export class StoredFiles {
  #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Streams to the disk. The file has its name only when it is whole. */
  async write(body: ReadableStream<Uint8Array> | null, limit: number): Promise<StoredFile> {
    const version = randomUUID();
    const draft = `${this.#pathOf(version)}.draft`;
    const hash = createHash("md5");
    let size = 0;

    await Deno.mkdir(this.#folder, { recursive: true });
    const file = await Deno.open(draft, { write: true, createNew: true });
    try {
      for await (const chunk of body ?? []) {
        size += chunk.length;
        if (size > limit) throw new TooLarge(`Cannot store file: it is larger than ${limit} bytes`);
        hash.update(chunk);
        for (let at = 0; at < chunk.length;) at += await file.write(chunk.subarray(at));
      }
      file.close();
      await Deno.rename(draft, this.#pathOf(version));
    } catch (error) {
      try {
        file.close();
      } catch {
        // It is closed already.
      }
      await Deno.remove(draft);
      throw error;
    }
    return { version, size, md5: hash.digest("hex") };
  }

  /** Null when there is no such file. The stream closes it, read to its end or cancelled. */
  async read(version: string, { first, last }: ByteRange): Promise<ReadableStream | null> {
    const file = await Deno.open(this.#pathOf(version)).catch(nullWhenMissing);
    if (file === null) return null;
    await file.seek(first, Deno.SeekMode.Start);
    let left = last - first + 1;

    return new ReadableStream({
      async pull(controller) {
        const buffer = new Uint8Array(Math.min(left, CHUNK_BYTES));
        const read = left > 0 ? await file.read(buffer) : null;
        if (read === null) {
          file.close();
          controller.close();
          return;
        }
        left -= read;
        controller.enqueue(buffer.subarray(0, read));
      },
      cancel() {
        file.close();
      },
    });
  }

  async remove(version: string): Promise<void> {
    await Deno.remove(this.#pathOf(version)).catch(nullWhenMissing);
  }

  #pathOf(version: string): string {
    return join(this.#folder, version);
  }
}

function nullWhenMissing(error: unknown): null {
  if (error instanceof Deno.errors.NotFound) return null;
  throw error;
}
