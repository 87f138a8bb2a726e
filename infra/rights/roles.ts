// What the function may do that alone makes roles and groups for tenants: under its path, inside the boundary, with the tenant's tag, and nothing about itself.
import type { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Arns } from "#infra/arns.ts";
import { TENANT_TAG } from "#shared/aws-names.ts";
import { allow, everything, readControl, writeControl } from "./allow.ts";

export function roles(arns: Arns): PolicyStatement[] {
  const { boundary, securityGroups, taskRoles, vpc } = arns;
  const inBoundary = { StringEquals: { "iam:PermissionsBoundary": boundary } };
  const tagged = { Null: { [`aws:RequestTag/${TENANT_TAG}`]: "false" } };
  const ours = { Null: { [`aws:ResourceTag/${TENANT_TAG}`]: "false" } };
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
    allow("FindRoles", ["iam:GetRole", "iam:GetRolePolicy", "iam:ListRolePolicies"], taskRoles),
    allow("RemoveRoles", ["iam:DeleteRolePolicy", "iam:DeleteRole"], taskRoles),
    allow("MakeGroups", ["ec2:CreateSecurityGroup"], securityGroups, tagged),
    allow("MakeGroupsHere", ["ec2:CreateSecurityGroup"], vpc),
    allow("TagNewGroups", ["ec2:CreateTags"], securityGroups, {
      StringEquals: { "ec2:CreateAction": "CreateSecurityGroup" },
    }),
    allow(
      "OpenGroups",
      ["ec2:AuthorizeSecurityGroupIngress", "ec2:DeleteSecurityGroup"],
      securityGroups,
      ours,
    ),
    // Descriptions of EC2 know no resource.
    allow("FindGroups", ["ec2:DescribeSecurityGroups"], everything),
  ];
}
