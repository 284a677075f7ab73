import * as z from "zod";
import { refuseOtherMethods } from "../_shared/door.ts";
import { databaseAddress } from "../_shared/env.ts";
import { refuseBody } from "../_shared/errors.ts";
import { deleteUserData, previewUserData } from "../_shared/management/installation.ts";
import { readFields, readId } from "../_shared/read_fields.ts";
import type { Desk } from "./desk.ts";
import { removeFiles } from "./remove_files.ts";

export const Deletion = z.object({
  /** Says what would go, and changes nothing. */
  dry_run: z.boolean().nullish(),
  /** The user's id once more, so that nobody is deleted by a slip of the finger. */
  confirm: z.string().nullish(),
});

/** A line of the log that is longer than some thousand characters is cut. */
const FILES_A_LINE = 50;

/** Deleting all that is known of a user, on that user's request. */
export function addUserRoutes({ app, admit, get, db, fetch, log, watchBell }: Desk): void {
  const address = databaseAddress(get);

  app.post("/users/:id/delete", async (c) => {
    const { dry_run, confirm } = readFields((await admit(c)).body, Deletion);
    const userId = readId(c, "id");
    if (dry_run) return c.json({ dry_run: true, ...await previewUserData(db, userId) });
    if (confirm !== userId) {
      const message = 'Required: the user\'s id once more, or "dry_run": true';
      throw refuseBody([{ path: "confirm", message }]);
    }

    // Before anything is deleted: an isolate that could not load it would leave the files.
    const { connectStorage } = await import("../_shared/storage/connect_storage.ts");
    const storage = "missing" in address ? null : connectStorage(address, { get, fetch }).storage;
    const { bucket, paths, ...deleted } = await deleteUserData(db, userId);
    const left = await removeFiles(storage, bucket, paths);
    const answer = { ...deleted, files: paths.length - left.length };
    log("user.deleted", { user_id: userId, ...answer });
    // Their rows are gone: these lines are the second witness of what is still to be removed.
    for (let from = 0; from < left.length; from += FILES_A_LINE) {
      const files_left = left.slice(from, from + FILES_A_LINE);
      log("user.files_left", { user_id: userId, files_left });
    }
    watchBell();
    return c.json({ ...answer, files_left: left });
  });
  refuseOtherMethods(app, "/users/:id/delete", "POST");
}
