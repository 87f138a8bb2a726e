// Everything that a program needs before it can start: secrets, inputs, its runtime API, folders, environment.
import { mkdir } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import type { LaunchRequest } from "#functions/backend.ts";
import type { StartCommand } from "#local/spawner/client.ts";
import type { InstanceId, Outcome } from "#shared/instance.ts";
import { wordsOf } from "./command.ts";
import { environmentOf } from "./environment.ts";
import type { Lent } from "./folders.ts";
import { type Inputs, PreparationError } from "./inputs.ts";
import type { Leaver } from "./outputs.ts";

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
}

/** Throws PreparationError, or the signal's reason when it was stopped meanwhile. */
export async function prepare(
  id: string,
  request: LaunchRequest,
  { folders, made }: Lent,
  about: Preparation,
  signal: AbortSignal,
): Promise<StartCommand> {
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
  const mark = `${about.stateId}/${id}`;
  return {
    id,
    argv: service.command ? wordsOf(service.command) : [],
    cwd: programFolder(request) ?? folders.work,
    env: environmentOf(request, { mark, folders, cacheFolder, secrets, runtimeUrl }),
    folder: folders.root,
    make: !made,
    memoryMib: service.resources.memoryMib,
    note: leaverOf(request),
  };
}

export function leaverOf({ instance, label, service }: LaunchRequest): Leaver {
  return { instance, ...(label !== undefined && { label }), outputs: service.outputs };
}

/** Undefined where the zapp brings no folder: then the work folder is the program's. */
export function programFolder({ programRoot, service }: LaunchRequest): string | undefined {
  if (programRoot === undefined) return undefined;
  const folder = resolve(programRoot, service.program ?? ".");
  return relative(programRoot, folder).startsWith("..") ? undefined : folder;
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

function fileName(text: string): string {
  return encodeURIComponent(text).replaceAll(".", "%2E");
}
