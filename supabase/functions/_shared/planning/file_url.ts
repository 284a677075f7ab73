import { Url } from "../callback_fields.ts";

/** Where a picture, a sound or a video is that a job brings along. */
export const FileUrl = Url.max(4096)
  .refine((url) => URL.canParse(url), "Not an http URL")
  .refine((url) => !hasUserinfo(url), "Must not carry a user name or a password");

function hasUserinfo(url: string): boolean {
  if (!url.includes("@") || !URL.canParse(url)) return false;
  const { username, password } = new URL(url);
  return username !== "" || password !== "";
}
