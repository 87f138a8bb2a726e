// Which instance this is: what the request said, and the number that Batch adds for children of an array and nodes of a gang.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import type { Claimant } from "#functions/aws/claim.ts";
import { InstanceSpec, SPEC_IN_BUCKET, type Start } from "#shared/container-group.ts";
import type { NodePlace } from "./node.ts";
import type { SidecarWorld } from "./world.ts";

/** What Batch, or ECS, says beside the request. */
export interface Numbered {
  /** Among the copies of one request, from 0. */
  readonly number: number;
  /** Task ARN, or id of the Batch job. */
  readonly runner: string;
  /** Of a node of a gang. */
  readonly node?: NodePlace | undefined;
}

/** What `enter` found out, for the sidecar: it lies in the shared folder. */
export const Instance = z.strictObject({
  spec: InstanceSpec,
  index: z.int(),
  number: z.int(),
  runner: z.string(),
  node: z.strictObject({ first: z.string(), listen: z.string() }).optional(),
  /** Of its claim when `enter` left, Unix milliseconds. */
  leaseUntil: z.number().optional(),
});
export type Instance = z.infer<typeof Instance>;

const FILE = "instance.json";

export async function readSpec(world: SidecarWorld, told: string): Promise<InstanceSpec> {
  if (!told.startsWith(SPEC_IN_BUCKET)) return InstanceSpec.parse(JSON.parse(told));
  const key = told.slice(SPEC_IN_BUCKET.length);
  const found = await world.objects.get(key);
  if (!found) throw new Error(`What this instance is to do is not in the bucket, at ${key}.`);
  return InstanceSpec.parse(JSON.parse(new TextDecoder().decode(await found.bytes())));
}

export function instanceOf(spec: InstanceSpec, { number, runner, node }: Numbered): Instance {
  return { spec, index: spec.index + number, number, runner, ...(node && { node }) };
}

export async function handOver({ folder }: SidecarWorld, instance: Instance): Promise<void> {
  await writeFile(join(folder, FILE), JSON.stringify(instance), { mode: 0o600 });
}

export async function takeOver({ folder }: SidecarWorld): Promise<Instance> {
  return Instance.parse(JSON.parse(await readFile(join(folder, FILE), "utf8")));
}

export function ownerOf({ spec }: Instance): string {
  return `${spec.tenant}#${spec.zapp}`;
}

export function claimantOf(instance: Instance): Claimant {
  const { executionId, service, generation } = instance.spec;
  const { index, runner } = instance;
  return { owner: ownerOf(instance), executionId, service, index, generation, runner };
}

/** `service-index.generation`; copies of a worker have no number of their own, but a runner. */
export function nameOf({ spec, index, runner }: Instance): string {
  const { service, generation, run } = spec;
  const which = run === "worker" ? (runner.split(/[/:]/).at(-1) ?? index) : index;
  return `${service}-${which}.${generation}`;
}

export function stageOf({ spec, number }: Instance): InstanceSpec["stages"][number] {
  const stage = spec.stages[number] ?? spec.stages[0];
  if (!stage) throw new Error("An instance has at least one stage.");
  return stage;
}

export function startOf({ spec, number }: Instance): Start | undefined {
  return spec.starts[number] ?? spec.starts[0];
}
