// What is deployed: read once from the environment of whoever deploys. main.ts makes a stack of it.

import * as z from "zod";
import { StageEnv } from "#shared/env.ts";

export interface Stage {
  readonly name: string;
  readonly isClinical: boolean;
  readonly oidc?: { readonly issuer: string; readonly audience: string };
  readonly budgetUsd?: number;
  readonly alarmEmail?: string;
  readonly domain?: { readonly name: string; readonly certificateArn: string };
  readonly ec2Tenants: "one" | "many";
  readonly zones: number;
  readonly vcpus: {
    readonly fargate: number;
    readonly fargateSpot: number;
    readonly ec2: number;
    readonly gpu: number;
  };
  readonly retentionDays: number;
}

/** Throws with every fault at once. */
export function readStage(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Stage {
  const parsed = StageEnv.safeParse(environment);
  if (!parsed.success)
    throw new Error(`The environment names no stack:\n${z.prettifyError(parsed.error)}`);
  return stageOf(parsed.data);
}

function stageOf(env: StageEnv): Stage {
  return {
    name: env.ZOE_STACK,
    isClinical: env.ZOE_CLINICAL,
    oidc: both(env.ZOE_OIDC_ISSUER, env.ZOE_OIDC_AUDIENCE, (issuer, audience) => ({
      issuer,
      audience,
    })),
    budgetUsd: env.ZOE_BUDGET_USD,
    alarmEmail: env.ZOE_ALARM_EMAIL,
    domain: both(env.ZOE_DOMAIN, env.ZOE_CERTIFICATE_ARN, (name, certificateArn) => ({
      name,
      certificateArn,
    })),
    ec2Tenants: env.ZOE_EC2_TENANTS,
    zones: env.ZOE_ZONES,
    vcpus: {
      fargate: env.ZOE_FARGATE_VCPUS,
      fargateSpot: env.ZOE_FARGATE_SPOT_VCPUS,
      ec2: env.ZOE_EC2_VCPUS,
      gpu: env.ZOE_GPU_VCPUS,
    },
    retentionDays: env.ZOE_RETENTION_DAYS,
  };
}

function both<T>(
  a: string | undefined,
  b: string | undefined,
  pair: (a: string, b: string) => T,
): T | undefined {
  return a === undefined || b === undefined ? undefined : pair(a, b);
}
