import { StorageError } from "./storage_errors.ts";

/** An object's place. */
export type ObjectPath = { bucket: string; name: string };

/** What Storage takes in a name: what Amazon S3 calls safe. */
const VALID = /^[\w/!.*'() &$@=;:+,?-]+$/;

/**
 * Splits `<bucket>/<name>`, percent-encoded.
 *
 * @throws {StorageError} for names that Storage refuses, and for those that climb.
 */
export function readObjectPath(encoded: string): ObjectPath {
  const path = decode(encoded);
  const slash = path.indexOf("/");
  const bucket = slash < 0 ? path : path.slice(0, slash);
  const name = slash < 0 ? "" : path.slice(slash + 1);
  checkName(name);
  return { bucket, name };
}

/** @throws {StorageError} */
export function checkName(name: string): void {
  const climbs = name.split("/").some((part) => part === "" || part === "." || part === "..");
  if (!VALID.test(name) || name.length > 1024 || climbs) {
    throw new StorageError(400, "InvalidKey", `Invalid key: ${name}`);
  }
}

/** @throws {StorageError} */
export function decode(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw new StorageError(400, "InvalidKey", `Invalid key: ${encoded}`);
  }
}
