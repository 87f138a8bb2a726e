// The schema version of each module, kept in the database itself: an older file is taken step by step to today's, a newer one is refused.
import type { DatabaseSync } from "node:sqlite";
import { VisibleError } from "#shared/fault.ts";
import type { DatabaseModule } from "./module.ts";

/** All steps of all modules in one transaction: a file is never left between two versions. `now` in Unix milliseconds. */
export function migrate(
  database: DatabaseSync,
  modules: readonly DatabaseModule[],
  now: number,
): void {
  database.exec("begin immediate");
  try {
    database.exec(
      "create table if not exists migrations (module text not null, version integer not null, applied_at integer not null, primary key (module, version))",
    );
    for (const module of modules) upgrade(database, module, now);
    database.exec("commit");
  } catch (error) {
    database.exec("rollback");
    throw error;
  }
}

function upgrade(database: DatabaseSync, module: DatabaseModule, now: number): void {
  const version = versionOf(database, module.name);
  const known = module.migrations.length;
  if (version > known)
    throw new VisibleError(
      "unsupported",
      `The state was written by a newer Zoe: its part "${module.name}" has schema version ${version}, this Zoe knows up to ${known}. Start the newer Zoe, or restore a backup from before the upgrade.`,
    );
  const note = database.prepare("insert into migrations values (?, ?, ?)");
  for (const [index, step] of module.migrations.entries()) {
    if (index < version) continue;
    database.exec(step);
    note.run(module.name, index + 1, now);
  }
}

function versionOf(database: DatabaseSync, module: string): number {
  const row = database
    .prepare("select max(version) as version from migrations where module = ?")
    .get(module);
  return Number(row?.version ?? 0);
}
