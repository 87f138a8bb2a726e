// Everything that a program needs before it can start: secrets, inputs, its runtime API, folders.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { LaunchRequest } from "#functions/backend.ts";
import type { InstanceId, Outcome } from "#shared/instance.ts";
import type { Lent } from "./folders.ts";
import { type Inputs, PreparationError } from "./inputs.ts";
import type { Leaver } from "./outputs.ts";
import type { Program } from "./runner.ts";

/** Values of a tenant's secrets by name; a name without a value is left out. */
export type SecretValues = (
  tenant: string,
  names: readonly string[],
) => Promise<Readonly<Record<string, string>>>;

/** The runtime API of a worker: opened before it starts, closed when it has ended. */
export interface Runtime {
  open(instance: InstanceId, request: LaunchRequest): Promise<string> | string;
  close(instance: InstanceId, outcome: Outcome): Promise<void> | void;
}

export interface Preparation {
  readonly stateId: string;
  readonly inputs: Inputs;
  readonly secrets: SecretValues;
  readonly runtime: Runtime;
  /** What programs keep for themselves from run to run, by tenant and zapp. */
  readonly cacheRoot: string;
  readonly cachesMade: Set<string>;
  /** The folder of the agent that keeps the nodes of gangs. */
  readonly agent: () => Promise<string>;
}

/** Throws PreparationError, or the signal's reason when it was stopped meanwhile. */
export async function prepare(
  id: string,
  request: LaunchRequest,
  { folders, made }: Lent,
  about: Preparation,
  signal: AbortSignal,
): Promise<Program> {
  const { service, tenant, zapp, instance } = request;
  const secrets = await secretsOf(request, about.secrets);
  if (service.inputs.length > 0 || Object.keys(service.files).length > 0)
    await about.inputs.place(request, folders.work, signal);
  const cacheFolder = join(about.cacheRoot, fileName(tenant), fileName(zapp));
  if (!about.cachesMade.has(cacheFolder))
    await mkdir(cacheFolder, { recursive: true, mode: 0o700 });
  about.cachesMade.add(cacheFolder);
  signal.throwIfAborted();
  const runtimeUrl =
    service.run === "worker" ? await about.runtime.open(instance, request) : undefined;
  const gang = await gangOf(request, about);
  return {
    ...(gang && { gang }),
    ...{ id, request, folders, made, cacheFolder, secrets },
    mark: `${about.stateId}/${id}`,
    note: leaverOf(request),
    ...(runtimeUrl !== undefined && { runtimeUrl }),
  };
}

export function leaverOf({ instance, label, service, gang }: LaunchRequest): Leaver {
  return {
    ...{ instance, outputs: service.outputs },
    ...(label !== undefined && { label }),
    ...(gang && { isNode: true }),
  };
}

async function secretsOf(
  { tenant, service }: LaunchRequest,
  values: SecretValues,
): Promise<Readonly<Record<string, string>>> {
  const wanted = Object.entries(service.secrets);
  if (wanted.length === 0) return {};
  const known = await values(tenant, [...new Set(wanted.map(([, name]) => name))]);
  const missing = wanted.find(([, name]) => known[name] === undefined);
  if (missing)
    throw new PreparationError(
      "secret",
      `The secret "${missing[1]}" doesn't exist; put it with: zoe secret put ${missing[1]}`,
    );
  return Object.fromEntries(wanted.map(([variable, name]) => [variable, known[name] ?? ""]));
}

async function gangOf(
  { gang, tenant }: LaunchRequest,
  { agent, secrets }: Preparation,
): Promise<Program["gang"]> {
  if (gang === undefined) return undefined;
  const { [gang.secret]: secret } = await secrets(tenant, [gang.secret]);
  if (secret === undefined) throw new PreparationError("gang", "The secret of its gang is gone.");
  try {
    return { secret, agent: await agent() };
  } catch (error) {
    throw new PreparationError("gang", error instanceof Error ? error.message : String(error));
  }
}

function fileName(text: string): string {
  return encodeURIComponent(text).replaceAll(".", "%2E");
}
