// `--dependency` as Zoe has it: the executions that a job comes after, found by their numbers.
import type { Session } from "#cli/cli.ts";
import type { WrittenSubmission } from "#shared/submission.ts";
import type { Dependency } from "./dependency.ts";
import { SlurmError } from "./fault.ts";
import { liveRows, rowNumbered } from "./fetch.ts";

export type After = NonNullable<WrittenSubmission["after"]>;

export async function afterOf(
  session: Session,
  dependencies: readonly Dependency[],
  name: string,
): Promise<After> {
  const found = await Promise.all(
    dependencies.map((dependency) =>
      dependency.kind === "singleton"
        ? namesakes(session, name)
        : numbered(session, dependency.job, dependency.when),
    ),
  );
  const unique = new Map(found.flat().map((one) => [`${one.execution} ${one.when}`, one]));
  return [...unique.values()];
}

async function numbered(
  session: Session,
  job: number,
  when: After[number]["when"],
): Promise<After> {
  const row = await rowNumbered(session, job);
  if (row === undefined)
    throw new SlurmError([`Batch job submission failed: Job dependency problem (no job ${job})`]);
  return [{ execution: row.id, when }];
}

/** All of the same name and user that have not ended. */
async function namesakes(session: Session, name: string): Promise<After> {
  const { you } = await session.client.info();
  const rows = (await liveRows(session)).filter(
    (row) => row.name === name && row.user === you.user,
  );
  return rows.map(({ id }) => ({ execution: id, when: "any" }));
}
