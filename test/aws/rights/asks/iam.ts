// IAM: what is done to a role is judged by the boundary that it has; a new one's tags are an action of their own.
import type { Account } from "#test/aws/rights/account.ts";
import { type AsksOf, tagContext } from "#test/aws/rights/asks/words.ts";
import { ACCOUNT } from "#test/aws/rights/names.ts";
import type { Ask } from "#test/aws/rights/policy.ts";

interface Input {
  readonly RoleName?: string;
  readonly Path?: string;
  readonly PermissionsBoundary?: string;
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
}

/** `iam:PermissionsBoundary` is what the request gives where it gives one, and else what the role has. */
const BY_ITS_BOUNDARY = [
  "PutRolePolicy",
  "DeleteRolePolicy",
  "DeleteRole",
  "AttachRolePolicy",
  "DeleteRolePermissionsBoundary",
];

export const iamAsks: AsksOf = (operation, given, account) => {
  const input = given as Input;
  const tags = (input.Tags ?? []).map(({ Key, Value }) => ({ key: Key, value: Value }));
  const resource = roleArn(input, account);
  const boundary = boundaryFor(operation, input, account);
  const context = {
    ...tagContext(tags),
    ...(boundary !== undefined && { "iam:PermissionsBoundary": boundary }),
  };
  const asks: Ask[] = [{ action: `iam:${operation}`, resource, context }];
  if (operation === "CreateRole" && tags.length > 0)
    asks.push({ action: "iam:TagRole", resource, context: tagContext(tags) });
  return asks;
};

function roleArn({ RoleName = "", Path }: Input, account: Account): string {
  const path = Path ?? "/";
  return account.role(RoleName)?.arn ?? `arn:aws:iam::${ACCOUNT}:role${path}${RoleName}`;
}

function boundaryFor(
  operation: string,
  { RoleName = "", PermissionsBoundary }: Input,
  account: Account,
) {
  if (PermissionsBoundary !== undefined) return PermissionsBoundary;
  return BY_ITS_BOUNDARY.includes(operation) ? account.role(RoleName)?.boundary : undefined;
}
