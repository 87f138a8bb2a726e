// The instance types that each queue of Batch offers: those that the Batch backend chooses among.
import { type HostQueue, INSTANCE_TYPES } from "#shared/instance-types.ts";

const offered = (queue: HostQueue) =>
  INSTANCE_TYPES.filter((type) => type.queue === queue && type.efaCards <= 1).map(
    ({ name }) => name,
  );

export const HOST_TYPES: Readonly<Record<HostQueue, readonly string[]>> = {
  ec2: offered("ec2"),
  gpu: offered("gpu"),
  "mpi-efa": offered("mpi-efa"),
  "mpi-gpu": offered("mpi-gpu"),
};
