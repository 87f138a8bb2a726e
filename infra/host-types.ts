// The instance types of EC2 that Batch runs jobs on, whole hosts each. EFA: types with one card only.
import type { BatchQueue } from "#shared/aws-names.ts";

export type HostQueue = Exclude<BatchQueue, "fargate">;

export const HOST_TYPES: Readonly<Record<HostQueue, readonly string[]>> = {
  ec2: ["c6i", "m6i", "r6i"].flatMap((family) =>
    [2, 4, 8, 16, 32].map((size) => `${family}.${size}xlarge`),
  ),
  gpu: ["g4dn.xlarge", "g5.xlarge", "g5.4xlarge", "g5.12xlarge", "g5.48xlarge"],
  "mpi-efa": ["c5n.9xlarge", "c5n.18xlarge", "c6i.32xlarge", "m6i.32xlarge"],
  "mpi-gpu": ["g4dn.xlarge", "g5.xlarge", "g5.4xlarge", "g5.12xlarge"],
};
