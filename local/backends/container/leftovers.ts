// After a restart: everything in the runtime that carries this state directory's label is of an earlier control plane, and goes. How its instances ended is told.
import type Docker from "dockerode";
import type { ProgramEnd, RecoveredProgram } from "#local/backends/engine/runner.ts";
import { unlessGone } from "./doors.ts";
import { EXECUTION, programIn, STATE } from "./labels.ts";

export interface Leftovers {
  readonly programs: readonly RecoveredProgram[];
}

/** Volumes stay: they are data, and go with their executions. */
export async function removeLeftovers(docker: Docker, stateId: string): Promise<Leftovers> {
  const filters = JSON.stringify({ label: [`${STATE}=${stateId}`] });
  const containers = await docker.listContainers({ all: true, filters });
  const found = await Promise.all(containers.map(({ Id }) => removeContainer(docker, Id)));
  const networks = await docker.listNetworks({ filters });
  for (const { Name, Labels } of networks)
    if (Labels?.[EXECUTION] !== undefined) await docker.getNetwork(Name).remove();
  return { programs: found.flatMap((program) => program ?? []).sort((a, b) => a.at - b.at) };
}

async function removeContainer(docker: Docker, id: string): Promise<RecoveredProgram | undefined> {
  const container = docker.getContainer(id);
  const about = await container.inspect().catch(unlessGone);
  if (!about) return undefined;
  const { State, Config } = about;
  await container.remove({ force: true, v: true });
  const program = programIn(Config.Labels);
  if (!program) return undefined;
  const at = Date.parse(State.StartedAt);
  const hasEnded = !State.Running && at > 0 && Date.parse(State.FinishedAt) >= at;
  const end = hasEnded ? endOf(program.id, State, at) : undefined;
  return { ...program, at: Math.max(0, at), ...(end && { end }) };
}

function endOf(id: string, State: Docker.ContainerInspectInfo["State"], at: number): ProgramEnd {
  const finished = Date.parse(State.FinishedAt);
  return {
    ...{ id, at: finished, startedAt: at, code: State.ExitCode, signal: null },
    ...{ cpuSeconds: 0, peakMemoryMib: 0, wallSeconds: (finished - at) / 1000 },
    left: { stdout: 1, stderr: 1, files: true },
    leftBehind: [],
  };
}
