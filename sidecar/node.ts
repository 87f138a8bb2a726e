// A node of a gang: the agent (sidecar/gang/), which the sidecar's image brings along, keeps its program, so that the program's own image needs nothing.
import { cp } from "node:fs/promises";
import { AGENT_EXIT, gangEnvironment, gangWords } from "#functions/gang-program.ts";
import { EXIT, FOLDERS, type InstanceSpec, type Start } from "#shared/container-group.ts";
import type { Instance } from "./instance.ts";
import { inside, type SidecarWorld } from "./world.ts";

export interface NodePlace {
  /** Where node 0 is reached. */
  readonly first: string;
  /** Where this node listens. */
  readonly listen: string;
}

/** Node 0 is told no address: others ask it, and it sees by which one. */
export const EVERYWHERE: NodePlace = { first: "127.0.0.1", listen: "0.0.0.0" };

export async function bringAgent(world: SidecarWorld): Promise<void> {
  await cp(world.agent, inside(world, FOLDERS.agent), { recursive: true, verbatimSymlinks: true });
}

/** The agent proves itself to the others by ZOE_GANG_SECRET, which reaches the program from Secrets Manager. */
export function keptByAgent(
  { spec, number, node = EVERYWHERE }: Instance,
  { slots, startWithinSeconds, prepare, finish }: NonNullable<InstanceSpec["gang"]>,
  { command, environment }: Start,
): Start {
  const told = gangEnvironment(
    { node: number, nodes: spec.size, slots, startWithinSeconds },
    {
      ...{ ...node, service: spec.service, bin: FOLDERS.agent, tmp: FOLDERS.tmp },
      nodesAre: "hosts",
    },
  );
  return {
    command: {
      kind: "exec",
      words: gangWords(FOLDERS.agent, { prepare, command, finish }, number),
    },
    environment: { ...environment, ...told },
  };
}

/** Where the gang, and not its program, is the reason, in the sidecar's own words. */
export function codeOfNode(code: number): number {
  if (code === AGENT_EXIT.lostNode) return EXIT.lostNode;
  return code === AGENT_EXIT.incomplete ? EXIT.incomplete : code;
}
