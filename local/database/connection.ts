// How every connection to the database file is set: durable at each commit, readers beside one writer.
import { DatabaseSync } from "node:sqlite";

/** Pages of 4 KiB in the log before they are carried over into the file: fewer, larger checkpoints. */
const CHECKPOINT_PAGES = 4000;

export function openWriting(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 5000 });
  database.exec(`
    pragma journal_mode = wal;
    pragma synchronous = full;
    pragma wal_autocheckpoint = ${CHECKPOINT_PAGES};
    pragma journal_size_limit = ${64 * 1024 * 1024};
    pragma cache_size = -16384;
    pragma temp_store = memory;
  `);
  return database;
}

export function openReading(path: string): DatabaseSync {
  return new DatabaseSync(path, { readOnly: true, timeout: 5000 });
}
