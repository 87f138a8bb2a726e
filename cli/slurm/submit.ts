// Submits a batch job: its script and its variables as uploads, then the description that runs them.
import type { Session } from "#cli/cli.ts";
import { Refused } from "#cli/http.ts";
import { VisibleError } from "#shared/fault.ts";
import type { WrittenSubmission } from "#shared/submission.ts";
import { afterOf } from "./after.ts";
import {
  demandAway,
  exportsOf,
  nameOf,
  submissionOf,
  type Uploads,
  type Where,
} from "./describe.ts";
import { exportText } from "./export.ts";
import { SlurmError } from "./fault.ts";
import { partitionNote, whereOf } from "./place.ts";
import { isNumbered, type Numbered } from "./record.ts";
import type { Batch } from "./script.ts";
import type { Submitter } from "./variables.ts";
import { runnable } from "./wrapper.ts";

export interface SubmittedJob {
  readonly row: Numbered;
  readonly notes: readonly string[];
}

export async function submitBatch(
  session: Session,
  batch: Batch,
  by: Submitter,
): Promise<SubmittedJob> {
  const info = await session.client.info();
  const where = whereOf(session, info, batch.job);
  if (where.kind === "away") demandAway(batch);
  const after = await afterOf(session, batch.job.dependencies, nameOf(batch));
  const engine = info.engines[0]?.name ?? "none";
  const { uploads, withheld } = await uploaded(session, batch, where);
  const submission = submissionOf({ batch, by, where, uploads, engine });
  const row = await accepted(session, { ...submission, ...(after.length > 0 && { after }) });
  const held =
    withheld.length === 0
      ? []
      : [`${withheld.join(", ")} looks like a secret and is not exported: name it in --export`];
  return { row, notes: [...batch.notes, ...partitionNote(info, batch.job), ...held] };
}

async function uploaded(
  { client, cli }: Session,
  batch: Batch,
  where: Where,
): Promise<{ uploads: Uploads; withheld: readonly string[] }> {
  const exported = exportsOf(batch, where, cli.environment);
  const upload = async (text: string) => (await client.upload({ content: new Blob([text]) })).id;
  const [script, environment] = await Promise.all([
    upload(runnable(batch.text, batch.interpreter)),
    upload(exportText(exported)),
  ]);
  return { uploads: { script, environment }, withheld: exported.withheld };
}

async function accepted({ client }: Session, submission: WrittenSubmission): Promise<Numbered> {
  try {
    const { execution } = await client.submit(submission);
    if (isNumbered(execution)) return execution;
    throw new VisibleError(
      "unsupported",
      "This server gives no numbers: it is older than this command.",
    );
  } catch (error) {
    throw error instanceof Refused ? refusalOf(error) : error;
  }
}

/** Field of the description -> the option that it came from. */
const OPTIONS: readonly (readonly [RegExp, string])[] = [
  [/\/resources\/gpu$/, "--gres"],
  [/\/resources\/memory$/, "--mem"],
  [/\/resources\/cpu$/, "--cpus-per-task"],
  [/\/resources$/, "--mem, --cpus-per-task"],
  [/\/(run|nodes|ranks)$/, "--nodes, --ntasks"],
  [/\/maxTime$/, "--time"],
  [/\/image$/, "--container-image"],
  [/\/count$/, "--array"],
];

function refusalOf({ problem }: Refused): SlurmError {
  const faults = problem.errors.map(({ pointer, detail }) => {
    const option = OPTIONS.find(([pattern]) => pattern.test(pointer))?.[1];
    return option === undefined ? detail : `${option}: ${detail}`;
  });
  const lines = faults.length > 0 ? faults : [problem.detail];
  return new SlurmError(lines.map((line) => `Batch job submission failed: ${line}`));
}
