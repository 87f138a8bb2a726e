// What makes a program a node of a gang, in every body: the words that keep it, and all that it and MPI are told by the environment.
import { wordsOf } from "#shared/zapp/words.ts";
import type { Command, GangService } from "#shared/zapp.ts";
import type { GangRequest } from "./backend.ts";

/** Where the nodes find each other, as the program sees it. */
export interface GangPlaces {
  /** What node 0 is reached by, and what a node listens at. */
  readonly first: string;
  readonly listen: string;
  /** Its nodes are called `service-node` in the MPI host file. */
  readonly service: string;
  /** Of the agent. */
  readonly bin: string;
  readonly tmp: string;
  /** Processes of one machine, containers that share its cores, or hosts of their own. */
  readonly nodesAre: "processes" | "containers" | "hosts";
}

const PORT = 7310;

/** What the agent ends with when the gang, and not its program, is the reason: sidecar/gang/gang.h. */
export const AGENT_EXIT = { lostNode: 115, incomplete: 116 } as const;
export const INCOMPLETE = "Not all nodes of its gang came in time (startWithin): see its log.";

/** `count words...` of each: before, the program, after. Only node 0 runs the program and what comes after. */
export function gangWords(
  bin: string,
  { prepare, command, finish }: Pick<GangService, "prepare" | "command" | "finish">,
  node: number,
): string[] {
  const own = node === 0 ? [prepare, command, finish] : [prepare, undefined, undefined];
  return [`${bin}/zoe-gang`, "node", ...own.flatMap(counted)];
}

function counted(command: Command | undefined): string[] {
  const words = command === undefined ? [] : wordsOf(command);
  return [String(words.length), ...words];
}

/** Without the secret, ZOE_GANG_SECRET: who runs the program knows how that reaches it. */
export function gangEnvironment(
  { node, nodes, slots, startWithinSeconds }: Omit<GangRequest, "secret">,
  places: GangPlaces,
): Record<string, string> {
  const names = slots.map((_, index) => `${places.service}-${index}`).join(",");
  return {
    ZOE_NODE: String(node),
    ZOE_NODES: String(nodes),
    ZOE_GANG_SLOTS: slots.join(","),
    ZOE_GANG_NAMES: names,
    ZOE_GANG_WITHIN: String(Math.ceil(startWithinSeconds)),
    ZOE_GANG_FIRST: places.first,
    ZOE_GANG_LISTEN: places.listen,
    ZOE_GANG_PORT: String(PORT),
    ZOE_GANG_FOLDER: `${places.tmp}/zoe-gang`,
    ZOE_HOSTFILE: `${places.tmp}/zoe-gang/hostfile`,
    OMPI_MCA_orte_default_hostfile: `${places.tmp}/zoe-gang/hostfile`,
    SLURM_NNODES: String(nodes),
    SLURM_JOB_NUM_NODES: String(nodes),
    SLURM_NODEID: String(node),
    SLURM_JOB_NODELIST: names,
    ...mpiEnvironment(places),
  };
}

/** A plain `mpirun program` then runs on all nodes, over the network in which they found each other: that, the agent adds. */
function mpiEnvironment({ bin, nodesAre }: GangPlaces): Record<string, string> {
  return {
    OMPI_MCA_plm: "rsh",
    OMPI_MCA_ras: "^slurm",
    OMPI_MCA_plm_rsh_agent: `${bin}/zoe-rsh`,
    OMPI_MCA_plm_rsh_no_tree_spawn: "1",
    OMPI_MCA_orte_leave_session_attached: "1",
    OMPI_MCA_rmaps_base_oversubscribe: "1",
    // Ranks that wait give way where cores are shared: on few cores a lap takes 30 times longer without.
    ...(nodesAre !== "hosts" && {
      OMPI_MCA_mpi_yield_when_idle: "1",
      OMPI_MCA_hwloc_base_binding_policy: "none",
    }),
    // Nodes on one machine must not find each other's shared memory.
    ...(nodesAre === "processes" && { OMPI_MCA_btl: "tcp,self" }),
    OMPI_ALLOW_RUN_AS_ROOT: "1",
    OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1",
    HYDRA_LAUNCHER: "ssh",
    HYDRA_LAUNCHER_EXEC: `${bin}/zoe-rsh`,
  };
}
