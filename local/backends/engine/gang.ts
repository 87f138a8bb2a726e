// What makes a program a node of a gang: the words that keep it, and all that it and MPI are told by the environment. Runners wrap their programs so.
import { createHash } from "node:crypto";
import type { GangRequest } from "#functions/backend.ts";
import { gangKey } from "#functions/gang-request.ts";
import { wordsOf } from "#shared/zapp/words.ts";
import type { Command, GangService } from "#shared/zapp.ts";
import type { Program } from "./runner.ts";

/** Where the nodes find each other, as the program sees it. */
export interface GangPlaces {
  /** What node 0 is reached by, and what a node listens at. */
  readonly first: string;
  readonly listen: string;
  /** Names of the nodes, as in the MPI host file. */
  readonly names: readonly string[];
  /** Of the agent. */
  readonly bin: string;
  readonly tmp: string;
  /** The network interface that MPI uses. */
  readonly interface: string;
  /** Nodes on one machine must not find each other's shared memory. */
  readonly isOneMachine: boolean;
}

const PORT = 7310;

/** `count words...` of each: before, the program, after. Only node 0 runs the program and what comes after. */
export function gangWords(agent: string, service: GangService, { node }: GangRequest): string[] {
  const { prepare, command, finish } = service;
  const own = node === 0 ? [prepare, command, finish] : [prepare, undefined, undefined];
  return [agent, "node", ...own.flatMap(counted)];
}

function counted(command: Command | undefined): string[] {
  const words = command === undefined ? [] : wordsOf(command);
  return [String(words.length), ...words];
}

/** An address of this machine alone, of 4 million: so that gangs beside each other need no port of their own. */
export function loopbackOf({ request, mark }: Program): string {
  const name = `${mark.split("/")[0]} ${gangKey(request.instance)}`;
  const [a = 0, b = 0, c = 0] = createHash("sha256").update(name).digest();
  return `127.${64 + (a % 64)}.${b}.${1 + (c % 254)}`;
}

export function gangEnvironment(
  { node, nodes, slots, startWithinSeconds }: GangRequest,
  secret: string,
  places: GangPlaces,
): Record<string, string> {
  return {
    ZOE_NODE: String(node),
    ZOE_NODES: String(nodes),
    ZOE_GANG_SLOTS: slots.join(","),
    ZOE_GANG_NAMES: places.names.join(","),
    ZOE_GANG_WITHIN: String(Math.ceil(startWithinSeconds)),
    ZOE_GANG_SECRET: secret,
    ZOE_GANG_FIRST: places.first,
    ZOE_GANG_LISTEN: places.listen,
    ZOE_GANG_PORT: String(PORT),
    ZOE_GANG_FOLDER: `${places.tmp}/zoe-gang`,
    ZOE_HOSTFILE: `${places.tmp}/zoe-gang/hostfile`,
    OMPI_MCA_orte_default_hostfile: `${places.tmp}/zoe-gang/hostfile`,
    SLURM_NNODES: String(nodes),
    SLURM_JOB_NUM_NODES: String(nodes),
    SLURM_NODEID: String(node),
    SLURM_JOB_NODELIST: places.names.join(","),
    ...mpiEnvironment(places),
  };
}

/** A plain `mpirun program` then runs on all nodes. Ranks that wait give way: on few cores a lap takes 30 times longer without. */
function mpiEnvironment({ bin, interface: network, isOneMachine }: GangPlaces) {
  return {
    OMPI_MCA_plm: "rsh",
    OMPI_MCA_ras: "^slurm",
    OMPI_MCA_plm_rsh_agent: `${bin}/zoe-rsh`,
    OMPI_MCA_plm_rsh_no_tree_spawn: "1",
    OMPI_MCA_orte_leave_session_attached: "1",
    OMPI_MCA_mpi_yield_when_idle: "1",
    OMPI_MCA_rmaps_base_oversubscribe: "1",
    OMPI_MCA_hwloc_base_binding_policy: "none",
    OMPI_MCA_btl_tcp_if_include: network,
    OMPI_MCA_oob_tcp_if_include: network,
    ...(isOneMachine && { OMPI_MCA_btl: "tcp,self" }),
    OMPI_ALLOW_RUN_AS_ROOT: "1",
    OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1",
    HYDRA_LAUNCHER: "ssh",
    HYDRA_LAUNCHER_EXEC: `${bin}/zoe-rsh`,
  };
}
