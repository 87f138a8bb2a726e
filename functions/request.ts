// What a backend is asked for one instance: built from stored things only, so that a repeat of a launch is the same request.
import type { Execution } from "#shared/execution.ts";
import type { InstanceId } from "#shared/instance.ts";
import { expandForInstance, labelOf } from "#shared/zapp/instance.ts";
import { parameterVariable } from "#shared/zapp/names.ts";
import type { Service } from "#shared/zapp/service.ts";
import type { ParameterValue } from "#shared/zapp.ts";
import type { LaunchRequest } from "./backend.ts";
import { findZapp } from "./catalogue.ts";
import { gangRequest } from "./gang-request.ts";
import type { Spec } from "./records.ts";
import { secretName } from "./submit.ts";
import type { World } from "./world.ts";

export async function requestOf(
  world: World,
  execution: Execution,
  spec: Spec,
  instance: InstanceId,
): Promise<LaunchRequest> {
  const service = spec.zapp.services.find(({ name }) => name === instance.service);
  if (service === undefined)
    throw new Error(`Service ${instance.service} must be in its execution's zapp.`);
  const programRoot = await rootOf(world, execution, spec, service);
  const label = labelOf(service, instance.index);
  const expanded = expandForInstance(service, { index: instance.index, addresses: {} });
  return {
    instance,
    ...{ tenant: execution.tenant, user: execution.user, zapp: execution.zapp },
    service: withSecrets(expanded, execution, spec),
    environment: { ...parametersAsEnvironment(spec.parameters), ...expanded.environment },
    ...(programRoot !== undefined && { programRoot }),
    ...(label !== undefined && { label }),
    ...(spec.source === "description" && { isAdHoc: true }),
    ...(service.run === "gang" && { gang: gangRequest(service, instance) }),
  };
}

/** `pull: newest`: what the name means now; running instances stay as they are. */
async function rootOf(
  world: World,
  { tenant }: Execution,
  spec: Spec,
  { pull }: Service,
): Promise<string | undefined> {
  if (pull !== "newest" || spec.source === "description") return spec.programRoot;
  const newest = await findZapp(world, tenant, spec.source.name);
  return newest?.programRoot ?? spec.programRoot;
}

/** Secret parameters reach the program as the others do; only their names are in the request. */
function withSecrets(service: Service, { id }: Execution, { zapp }: Spec): Service {
  const added = zapp.secretParameters.map((name) => [
    parameterVariable(name),
    secretName(id, name),
  ]);
  return { ...service, secrets: { ...Object.fromEntries(added), ...service.secrets } };
}

function parametersAsEnvironment(
  parameters: Readonly<Record<string, ParameterValue>>,
): Record<string, string> {
  const entries = Object.entries(parameters).map(([name, value]) => [
    parameterVariable(name),
    typeof value === "object" ? JSON.stringify(value) : String(value),
  ]);
  return Object.fromEntries(entries);
}
