// The task metadata endpoint of ECS, version 4: which containers the task has, and how they ended.
import * as z from "zod";
import type { TaskLook } from "./world.ts";

/** As far as it is read: docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-response.html */
const Metadata = z.object({
  TaskARN: z.string(),
  Containers: z.array(
    z.object({ Name: z.string(), KnownStatus: z.string(), ExitCode: z.int().optional() }),
  ),
});

const ANSWER_MS = 5000;

export async function lookAtTask(address: string, ask: typeof fetch = fetch): Promise<TaskLook> {
  const response = await ask(`${address}/task`, { signal: AbortSignal.timeout(ANSWER_MS) });
  if (!response.ok) throw new Error(`The task metadata endpoint answers ${response.status}.`);
  const { TaskARN, Containers } = Metadata.parse(await response.json());
  return {
    taskArn: TaskARN,
    containers: Containers.map(({ Name, KnownStatus, ExitCode }) => ({
      name: Name,
      isStopped: KnownStatus === "STOPPED",
      ...(ExitCode !== undefined && { exitCode: ExitCode }),
    })),
  };
}
