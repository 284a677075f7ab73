import { Url } from "../callback_fields.ts";

/** Where a picture, a clip or a sound is that a sender names; a password in it would be kept and shown. */
export const MediaUrl = Url.max(4096)
  .refine((url) => !hasUserinfo(url), "Must not carry a user name or a password");

function hasUserinfo(url: string): boolean {
  if (!url.includes("@")) return false;
  if (!URL.canParse(url)) return false;
  const { username, password } = new URL(url);
  return username !== "" || password !== "";
}
