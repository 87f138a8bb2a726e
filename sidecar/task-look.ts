// The task metadata endpoint of ECS, version 4: which containers the task has, how they ended, and what the program uses.
import * as z from "zod";
import type { Measure, TaskLook } from "./world.ts";

/** As far as it is read: docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-response.html */
const Metadata = z.object({
  TaskARN: z.string(),
  Containers: z.array(
    z.object({
      DockerId: z.string().optional(),
      Name: z.string(),
      KnownStatus: z.string(),
      ExitCode: z.int().optional(),
    }),
  ),
});
type Metadata = z.infer<typeof Metadata>;

/** Docker's own, by the container's id: cpu in nanoseconds, memory in bytes; null of one that does not run. */
const Stats = z.record(
  z.string(),
  z
    .object({
      cpu_stats: z.object({ cpu_usage: z.object({ total_usage: z.number() }) }),
      memory_stats: z.object({
        usage: z.number().optional(),
        stats: z.object({ inactive_file: z.number().optional() }).optional(),
      }),
    })
    .nullable(),
);

const ANSWER_MS = 5000;
const MIB = 1024 * 1024;

export async function lookAtTask(address: string, ask: typeof fetch = fetch): Promise<TaskLook> {
  const { TaskARN, Containers } = await metadataAt(address, ask);
  return {
    taskArn: TaskARN,
    containers: Containers.map(({ Name, KnownStatus, ExitCode }) => ({
      name: Name,
      isStopped: KnownStatus === "STOPPED",
      ...(ExitCode !== undefined && { exitCode: ExitCode }),
    })),
  };
}

/** Undefined where it says nothing of the program. */
export async function measureProgram(
  address: string,
  ask: typeof fetch = fetch,
): Promise<Measure | undefined> {
  const { Containers } = await metadataAt(address, ask);
  const id = Containers.find(({ Name }) => Name === "program")?.DockerId;
  const found = Stats.parse(await answerOf(`${address}/task/stats`, ask))[id ?? ""];
  if (!found) return undefined;
  const { usage = 0, stats = {} } = found.memory_stats;
  return {
    cpuSeconds: found.cpu_stats.cpu_usage.total_usage / 1e9,
    // Pages of files that can be dropped are nobody's.
    memoryMib: Math.max(0, usage - (stats.inactive_file ?? 0)) / MIB,
  };
}

async function metadataAt(address: string, ask: typeof fetch): Promise<Metadata> {
  return Metadata.parse(await answerOf(`${address}/task`, ask));
}

async function answerOf(address: string, ask: typeof fetch): Promise<unknown> {
  const response = await ask(address, { signal: AbortSignal.timeout(ANSWER_MS) });
  if (!response.ok) throw new Error(`The task metadata endpoint answers ${response.status}.`);
  return response.json();
}
