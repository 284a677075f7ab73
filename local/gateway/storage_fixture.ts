import type { GatewayScene } from "./gateway_fixture.ts";

export const MP4 = { contentType: "video/mp4" };
export const bytes = new TextEncoder().encode("0123456789");

export async function givenBuckets({ sql }: GatewayScene): Promise<void> {
  await sql`insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types) values
    ('open', 'open', true, null, null), ('closed', 'closed', false, null, null),
    ('small', 'small', true, 5, ${["video/*"]})`;
}

export async function read(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { headers });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

export async function filesIn(folder: string): Promise<number> {
  return (await Array.fromAsync(Deno.readDir(folder))).length;
}
