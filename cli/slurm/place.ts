// Where a batch job would run: on the submitter's own machine, among his files, or in an image away from them.
import type { Session } from "#cli/cli.ts";
import type { Info } from "#shared/api/info.ts";
import type { Where } from "./describe.ts";
import { SlurmError } from "./fault.ts";
import type { Job } from "./job.ts";

/** The process engine runs programs as the user of this very machine; any other runs images. */
export function whereOf({ server }: Session, { engines }: Info, job: Job): Where {
  const isHere = /^(127\.|localhost$|\[::1\]$)/.test(new URL(server.address).hostname);
  const hasProcesses = engines.some(({ engine }) => engine === "process");
  if (job.image !== undefined) return { kind: "away", image: job.image };
  if (isHere && hasProcesses) return { kind: "here" };
  throw new SlurmError([
    hasProcesses
      ? "the server is another machine, which has none of your files"
      : "this Zoe runs jobs in images, which have none of your files",
    "say --container-image=IMAGE: the job then runs in a folder of its own, and what it leaves there is kept",
  ]);
}

/** `-p` of a partition that there is not. */
export function partitionNote({ engines }: Info, { partition }: Job): string[] {
  if (partition === undefined || engines.some(({ name }) => name === partition)) return [];
  return [`--partition=${partition} has no effect: Zoe chooses the engine (sinfo lists them).`];
}
