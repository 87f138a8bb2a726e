// What the function may do that alone makes roles for tenants: under its path, inside the boundary, with the tenant's tag, and nothing about itself.
import type { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Arns } from "#infra/arns.ts";
import { TENANT_TAG } from "#shared/aws-names.ts";
import { allow, readControl, writeControl } from "./allow.ts";

export function roles(arns: Arns): PolicyStatement[] {
  const { boundary, taskRoles } = arns;
  const inBoundary = { StringEquals: { "iam:PermissionsBoundary": boundary } };
  const tagged = { Null: { [`aws:RequestTag/${TENANT_TAG}`]: "false" } };
  return [
    readControl(arns),
    writeControl(arns),
    allow("MakeRoles", ["iam:CreateRole"], taskRoles, { ...inBoundary, ...tagged }),
    // A role's tags are given with its making; a later one would move it to another tenant.
    allow("TagNewRoles", ["iam:TagRole"], taskRoles, {
      "ForAllValues:StringEquals": { "aws:TagKeys": [TENANT_TAG] },
      ...tagged,
    }),
    allow("GiveRights", ["iam:PutRolePolicy"], taskRoles, inBoundary),
    allow("RemoveRoles", ["iam:DeleteRolePolicy", "iam:DeleteRole"], taskRoles),
  ];
}
