// The instance types of EC2 that Batch runs our jobs on, whole hosts each: infra/ offers them, the Batch backend chooses among them.
import type { BatchQueue } from "./aws-names.ts";

export type HostQueue = Exclude<BatchQueue, "fargate">;

export interface InstanceType {
  readonly name: string;
  readonly queue: HostQueue;
  readonly vcpus: number;
  readonly memoryMib: number;
  readonly gpus: number;
  /** EFA cards that its queue's hosts bring; none of more than one is offered. */
  readonly efaCards: number;
}

/** The smallest of a queue first. Figures from EC2's pages of the families. */
export const INSTANCE_TYPES: readonly InstanceType[] = [
  ...["c6i", "m6i", "r6i"].flatMap((family, n) =>
    [8, 16, 32, 64, 128].map((vcpus) =>
      type("ec2", `${family}.${vcpus / 4}xlarge`, vcpus, vcpus * 2 ** (n + 1)),
    ),
  ),
  type("gpu", "g4dn.xlarge", 4, 16, 1),
  type("gpu", "g5.xlarge", 4, 16, 1),
  type("gpu", "g5.4xlarge", 16, 64, 1),
  type("gpu", "g5.12xlarge", 48, 192, 4),
  type("gpu", "g5.48xlarge", 192, 768, 8),
  type("mpi-efa", "c5n.9xlarge", 36, 96, 0, 1),
  type("mpi-efa", "c5n.18xlarge", 72, 192, 0, 1),
  type("mpi-efa", "c6i.32xlarge", 128, 256, 0, 1),
  type("mpi-efa", "m6i.32xlarge", 128, 512, 0, 1),
  type("mpi-gpu", "g4dn.xlarge", 4, 16, 1),
  type("mpi-gpu", "g5.xlarge", 4, 16, 1),
  type("mpi-gpu", "g5.4xlarge", 16, 64, 1),
  type("mpi-gpu", "g5.12xlarge", 48, 192, 4),
  // Known, so that it can be refused with the reason.
  type("mpi-gpu", "p4d.24xlarge", 96, 1152, 8, 4),
];

/** The part of a host's memory that its kernel and agents keep: Batch places nothing that asks for all of it. */
const KEPT_MEMORY = 0.08;

export const usableMib = ({ memoryMib }: InstanceType) => Math.floor(memoryMib * (1 - KEPT_MEMORY));

/** The smallest of a queue that holds it. */
export function hostFor(
  queue: HostQueue,
  {
    cpu,
    memoryMib,
    gpu,
  }: { readonly cpu: number; readonly memoryMib: number; readonly gpu: number },
): InstanceType | undefined {
  const fitting = INSTANCE_TYPES.filter(
    (host) =>
      host.queue === queue && host.vcpus >= cpu && usableMib(host) >= memoryMib && host.gpus >= gpu,
  );
  return fitting.sort((a, b) => a.vcpus - b.vcpus || a.memoryMib - b.memoryMib)[0];
}

function type(
  queue: HostQueue,
  name: string,
  vcpus: number,
  memoryGib: number,
  gpus = 0,
  efaCards = 0,
): InstanceType {
  return { name, queue, vcpus, memoryMib: memoryGib * 1024, gpus, efaCards };
}
