// Group commit: all that has queued up becomes one SQLite transaction, so that many writers share one wait for the disk.
import type { DatabaseSync } from "node:sqlite";
import { type Failure, failureOf, isDiskFailure } from "./failure.ts";
import type { DatabaseModule, OpenModule } from "./module.ts";

/** Module, operation, arguments: a tuple, because it is cloned into another thread many thousand times a second. */
export type Call = readonly [module: string, operation: string, args: unknown];

export type Answer =
  | { readonly value: unknown; readonly failure?: undefined }
  | { readonly failure: Failure };

export interface GroupWriter {
  /** Runs the calls in one transaction; when it returns, they are durable or refused. */
  commit(calls: readonly Call[]): readonly Answer[];
}

export function groupWriter(
  database: DatabaseSync,
  modules: readonly DatabaseModule[],
): GroupWriter {
  const open = new Map(modules.map((module) => [module.name, module.open(database)]));
  const begin = database.prepare("begin immediate");
  const end = database.prepare("commit");

  function attempt(calls: readonly Call[]): Answer[] {
    begin.run();
    const answers = calls.map((call) => ({ value: run(open, call) }));
    end.run();
    return answers;
  }

  function undo(): void {
    if (database.isTransaction) database.exec("rollback");
    for (const module of open.values()) module.undone?.();
  }

  function commit(calls: readonly Call[]): readonly Answer[] {
    try {
      return attempt(calls);
    } catch (error) {
      undo();
      const failure = failureOf(error);
      if (calls.length === 1 || isDiskFailure(error)) return calls.map(() => ({ failure }));
      return calls.flatMap((call) => commit([call]));
    }
  }
  return { commit };
}

function run(open: ReadonlyMap<string, OpenModule>, [name, operation, args]: Call): unknown {
  const found = open.get(name)?.operations[operation];
  if (!found) throw new Error(`The writer knows no operation ${name}.${operation}.`);
  return found(args as never);
}
