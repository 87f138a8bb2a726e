// EC2: security groups, asked for on the group and on the network it is made in.

import { type AsksOf, known, tagContext } from "#test/aws/rights/asks/words.ts";
import { arn } from "#test/aws/rights/names.ts";
import type { Ask } from "#test/aws/rights/policy.ts";

interface Input {
  readonly VpcId?: string;
  readonly GroupId?: string;
  readonly TagSpecifications?: readonly {
    readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
  }[];
}

export const ec2Asks: AsksOf = (operation, given, account) => {
  const input = given as Input;
  const group = arn("ec2", `security-group/${input.GroupId ?? "sg-new"}`);
  const ofGroup = account.groupTags(input.GroupId ?? "");
  const owned = Object.fromEntries(
    Object.entries(ofGroup).map(([key, value]) => [`aws:ResourceTag/${key}`, value]),
  );
  const one = (): Ask[] => [{ action: `ec2:${operation}`, resource: group, context: owned }];
  const operations: Readonly<Record<string, () => readonly Ask[]>> = {
    CreateSecurityGroup: () => create(input, group),
    AuthorizeSecurityGroupIngress: one,
    DeleteSecurityGroup: one,
    DescribeSecurityGroups: () => [{ action: `ec2:${operation}`, resource: "*", context: {} }],
  };
  return known(operations, operation, "ec2")();
};

function create({ VpcId, TagSpecifications = [] }: Input, group: string): Ask[] {
  const tags = TagSpecifications.flatMap(({ Tags = [] }) => Tags).map(({ Key, Value }) => ({
    ...{ key: Key, value: Value },
  }));
  const action = "ec2:CreateSecurityGroup";
  const context = { "ec2:CreateAction": "CreateSecurityGroup", ...tagContext(tags) };
  return [
    { action, resource: group, context: tagContext(tags) },
    { action, resource: arn("ec2", `vpc/${VpcId}`), context: {} },
    ...(tags.length > 0 ? [{ action: "ec2:CreateTags", resource: group, context }] : []),
  ];
}
