// `sbatch --wait`: until the job has ended; its exit code is then sbatch's.
import type { Session } from "#cli/cli.ts";
import { collectItems } from "#cli/client/pages.ts";
import type { ExecutionAnswer } from "#shared/api/execution.ts";
import { isArray } from "./record.ts";
import { exitCode } from "./state.ts";

export async function awaitJob({ patient, client }: Session, id: string): Promise<number> {
  let seen: ExecutionAnswer = await client.execution(id);
  while (seen.state !== "ended") seen = (await patient.nextExecution(id, seen.version)).value;
  if (!isArray(seen)) return codeOf(seen.outcome);
  const instances = await collectItems(client.instances(id));
  return Math.max(codeOf(seen.outcome), ...instances.map(({ outcome }) => codeOf(outcome)));
}

/** 1 for whatever ended badly without an exit code. */
function codeOf(outcome: ExecutionAnswer["outcome"]): number {
  if (outcome === undefined || outcome.kind === "succeeded") return 0;
  return Number(exitCode(outcome).split(":")[0]) || 1;
}
