// What one job of the double's Batch runs: the task of its definition, with what the call puts in its place and the variables that Batch adds.
import type {
  EcsTaskProperties,
  JobDefinition,
  SubmitJobCommandInput,
} from "@aws-sdk/client-batch";
import { type ContainerView, type Ended, secretsOf } from "#test/aws/stage.ts";
import { tasksOf } from "./definitions.ts";

export type Part =
  | { readonly kind: "whole" }
  | { readonly kind: "child"; readonly index: number }
  | { readonly kind: "node"; readonly index: number; readonly nodes: number };

/** The call and its definition, for one part of what was asked. */
export interface Order {
  readonly id: string;
  readonly input: SubmitJobCommandInput;
  readonly definition: JobDefinition;
  readonly part: Part;
}

const MOST_OVERRIDE_CHARACTERS = 8192;

export function isArray({ input, part }: Order): boolean {
  return part.kind === "whole" && input.arrayProperties?.size !== undefined;
}

export function taskOf({ definition }: Order): EcsTaskProperties | undefined {
  return tasksOf(definition)[0];
}

export function isTooLong(order: Order): boolean {
  const containerOverrides = overrideOf(order)?.containers ?? [];
  return JSON.stringify({ containerOverrides }).length > MOST_OVERRIDE_CHARACTERS;
}

/** The essential container decides. */
export function exitCodeOf(order: Order, { exitCodes }: Ended): number | undefined {
  const essential = taskOf(order)?.containers?.find((one) => one.essential !== false);
  return exitCodes[essential?.name ?? ""];
}

/** Attempts count from 1. */
export function viewsOf(order: Order, attempt: number): ContainerView[] {
  const overrides = overrideOf(order)?.containers ?? [];
  return (taskOf(order)?.containers ?? []).map(
    ({ name = "", image = "", command, environment = [], secrets }) => {
      const own = overrides.find((override) => override.name === name);
      const pairs = [...environment, ...(own?.environment ?? [])];
      return {
        ...{ name, image, command: own?.command ?? command, secrets: secretsOf(secrets) },
        environment: {
          ...Object.fromEntries(pairs.map(({ name, value }) => [name ?? "", value ?? ""])),
          ...batchVariables(order, attempt),
        },
      };
    },
  );
}

function overrideOf({ input }: Order) {
  const nodes = input.nodeOverrides?.nodePropertyOverrides?.[0];
  const override = input.ecsPropertiesOverride ?? nodes?.ecsPropertiesOverride;
  return override?.taskProperties?.[0];
}

function batchVariables({ id, input, part }: Order, attempt: number): Record<string, string> {
  const own = { AWS_BATCH_JOB_ID: id, AWS_BATCH_JOB_ATTEMPT: String(attempt) };
  if (part.kind === "child") return { ...own, AWS_BATCH_JOB_ARRAY_INDEX: String(part.index) };
  const numNodes = input.nodeOverrides?.numNodes;
  if (numNodes === undefined) return own;
  const index = part.kind === "node" ? part.index : 0;
  return {
    ...own,
    AWS_BATCH_JOB_NODE_INDEX: String(index),
    AWS_BATCH_JOB_NUM_NODES: String(numNodes),
    AWS_BATCH_JOB_MAIN_NODE_INDEX: "0",
    ...(index > 0 && { AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS: "10.0.0.10" }),
  };
}
