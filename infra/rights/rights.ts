// The rights of each function, by its name: the table that step.ts gives roles from, and the tests judge.
import type { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Arns } from "#infra/arns.ts";
import type { AwsFunction } from "#shared/aws-names.ts";
import { useKey } from "./allow.ts";
import { roles } from "./roles.ts";
import { definer, launch } from "./starting.ts";
import { api, feed, observe, schedule, sweep } from "./steps.ts";

const RIGHTS: Readonly<Record<AwsFunction, (arns: Arns) => PolicyStatement[]>> = {
  api,
  schedule,
  launch,
  observe,
  sweep,
  feed,
  definer,
  roles,
};

export function rightsOf(arns: Arns, name: AwsFunction): PolicyStatement[] {
  return [...RIGHTS[name](arns), ...useKey(arns.key)];
}
