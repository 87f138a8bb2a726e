// The call that starts a bundle on Batch: a plain job, an array of them, or one job of many nodes. Pure.
import type { EcsPropertiesOverride, SubmitJobCommandInput } from "@aws-sdk/client-batch";
import type { Bundle } from "#functions/backends/bundle.ts";
import { jobName } from "#functions/backends/bundle-name.ts";
import { pairs } from "#functions/backends/container-group.ts";
import { hashOf } from "#functions/backends/content-name.ts";
import { MOST_OVERRIDES } from "#functions/backends/ecs/run-task.ts";
import { type Told, tell } from "#functions/backends/program.ts";
import { queueOf, type Site } from "#functions/backends/site.ts";
import { TENANT_TAG } from "#shared/aws-names.ts";
import { ALL_NODES } from "./job-definition.ts";
import type { Shape } from "./shape.ts";

/** An array job has 2 to so many children. */
export const MOST_CHILDREN = 10_000;
export const MOST_NODES = 1000;
/** The sidecar ends what is over its time; Batch's own clock only stands behind it, and takes no less than 60 s. */
const TIME_BEHIND_SECONDS = 120;

export interface SubmitJobSetting {
  /** ARN with its revision. */
  readonly jobDefinition: string;
  readonly secret: string;
  readonly shape: Shape;
}

export interface SubmitJobCall {
  readonly input: SubmitJobCommandInput;
  readonly file?: Told["file"];
}

export function submitJob(
  site: Site,
  bundle: Bundle,
  { jobDefinition, secret, shape }: SubmitJobSetting,
): SubmitJobCall | { readonly refusal: string } {
  const [{ service, tenant, gang }] = bundle.requests;
  if (gang !== undefined && bundle.size > MOST_NODES)
    return {
      refusal: `${service.name} has ${bundle.size} nodes; a job of Batch has at most ${MOST_NODES}.`,
    };
  const told = tell(bundle, secret, {
    length: (told) => JSON.stringify(overridesOf(told)).length,
    most: MOST_OVERRIDES,
  });
  if ("refusal" in told) return told;
  const { maxTimeSeconds } = service;
  const input: SubmitJobCommandInput = {
    ...{ jobName: jobName(bundle), jobQueue: queueOf(site, shape.queue), jobDefinition },
    ...{ shareIdentifier: shareOf(tenant), tags: { [TENANT_TAG]: tenant }, propagateTags: true },
    ...(maxTimeSeconds !== undefined && {
      timeout: { attemptDurationSeconds: Math.ceil(maxTimeSeconds) + TIME_BEHIND_SECONDS },
    }),
    ...(gang === undefined
      ? { ecsPropertiesOverride: overridesOf(told) }
      : { nodeOverrides: nodesOf(bundle.size, told) }),
    ...(gang === undefined && bundle.size > 1 && { arrayProperties: { size: bundle.size } }),
  };
  return { input, ...(told.file && { file: told.file }) };
}

/** Letters and digits only; a queue knows at most 500 of them at a time. */
export function shareOf(tenant: string): string {
  return `t${hashOf(tenant, 20)}`;
}

function nodesOf(numNodes: number, told: Told): SubmitJobCommandInput["nodeOverrides"] {
  return {
    numNodes,
    nodePropertyOverrides: [{ targetNodes: ALL_NODES, ecsPropertiesOverride: overridesOf(told) }],
  };
}

function overridesOf({ enter, program }: Told): EcsPropertiesOverride {
  const containers = [
    { name: "enter", environment: pairs(enter) },
    {
      name: "program",
      ...(program.command && { command: [...program.command] }),
      ...(Object.keys(program.environment).length > 0 && {
        environment: pairs(program.environment),
      }),
    },
  ];
  return { taskProperties: [{ containers }] };
}
