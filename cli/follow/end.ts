// The end of an execution that was followed: how it ended, its results or what failed, its files, and what it used; the exit code is its outcome.
import { failWith, type Session } from "#cli/cli.ts";
import { exitCodeOf } from "#cli/exit.ts";
import { downloadFiles } from "#cli/files/download.ts";
import { showResults } from "#cli/results/show.ts";
import { beginOf, showEnd, showUsed } from "#cli/show/execution.ts";
import type { ExecutionAnswer } from "#shared/api/execution.ts";
import { showFailures } from "./failures.ts";

export interface EndOptions {
  /** Where its files go. */
  readonly out?: string;
  /** Rows of the table of results; 0 leaves it out. */
  readonly rows?: number;
}

const USUAL_ROWS = 20;

export async function tellEnd(
  session: Session,
  execution: ExecutionAnswer,
  { out, rows = USUAL_ROWS }: EndOptions = {},
): Promise<void> {
  const { terminal, isJson, cli } = session;
  const { id, outcome, endedAt = Date.now() } = execution;
  if (isJson) terminal.say(JSON.stringify(execution, undefined, 2));
  showEnd(terminal, execution);
  if (!isJson && rows > 0 && Object.keys(execution.queues).length > 0)
    await showResults(session, id, { most: rows });
  await showFailures(session, execution);
  if (out !== undefined) await downloadFiles(session, id, out);
  showUsed(terminal, execution, (endedAt - beginOf(execution)) / 1000);
  if (outcome !== undefined) failWith(cli, exitCodeOf(outcome));
}
