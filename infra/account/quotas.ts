// The quotas of an account that bite: what a new one has, what each is for, and what it is here and now.
import { GetServiceQuotaCommand, type ServiceQuotasClient } from "@aws-sdk/client-service-quotas";

export interface Quota {
  readonly what: string;
  readonly service: string;
  readonly code: string;
  /** What a new account has. */
  readonly usual: number;
  /** From here on it is no hindrance to begin with. */
  readonly enough: number;
  readonly why: string;
  /** The variable of the stage that takes it. */
  readonly variable?: string;
}

export const QUOTAS: readonly Quota[] = [
  {
    what: "Fargate, on demand: vCPUs",
    ...{ service: "fargate", code: "L-3032A538", usual: 6, enough: 64 },
    why: "most at once of what runs on Fargate and must not be interrupted",
    variable: "ZOE_FARGATE_VCPUS",
  },
  {
    what: "Fargate Spot: vCPUs",
    ...{ service: "fargate", code: "L-36FBB829", usual: 6, enough: 64 },
    why: "most workers at once",
    variable: "ZOE_FARGATE_SPOT_VCPUS",
  },
  {
    what: "EC2, standard types: vCPUs",
    ...{ service: "ec2", code: "L-1216C47A", usual: 5, enough: 64 },
    why: "what is larger than Fargate, and gangs",
    variable: "ZOE_EC2_VCPUS",
  },
  {
    what: "EC2, types with a GPU (G): vCPUs",
    ...{ service: "ec2", code: "L-DB2E81BA", usual: 0, enough: 8 },
    why: "anything that asks for a GPU; sixty g5.xlarge take 240",
    variable: "ZOE_GPU_VCPUS",
  },
  {
    what: "Lambda: functions at once",
    ...{ service: "lambda", code: "L-B99A9384", usual: 10, enough: 100 },
    why: "requests at once; a new account's ten are shared by all eight functions",
  },
];

/** Undefined where AWS does not say. */
export async function quotaValue(
  client: ServiceQuotasClient,
  { service, code }: Quota,
): Promise<number | undefined> {
  try {
    const command = new GetServiceQuotaCommand({ ServiceCode: service, QuotaCode: code });
    return (await client.send(command)).Quota?.Value;
  } catch {
    return undefined;
  }
}

/** For the environment of `synth`: what the pools can hold in this account. */
export async function poolSizes(client: ServiceQuotasClient): Promise<Record<string, string>> {
  const sizes: Record<string, string> = {};
  for (const quota of QUOTAS) {
    if (quota.variable === undefined) continue;
    sizes[quota.variable] = String((await quotaValue(client, quota)) ?? quota.usual);
  }
  return sizes;
}
