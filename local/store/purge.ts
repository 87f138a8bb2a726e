// Deletes what has expired, in small portions, so that nobody waits long behind it. Reads never showed it: this only frees the room.
import type { Database } from "#local/database/database.ts";
import { storeModule } from "./module.ts";

const ROWS_AT_ONCE = 500;

/** `now` in Unix milliseconds. Answers how many items went. */
export async function purgeExpired(database: Database, now: number): Promise<number> {
  let count = 0;
  for (;;) {
    const portion = { now, limit: ROWS_AT_ONCE };
    const deleted = await database.writer.call(storeModule, "purge", portion);
    count += deleted;
    if (deleted < ROWS_AT_ONCE) return count;
  }
}
