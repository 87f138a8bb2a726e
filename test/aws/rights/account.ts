// What calls made in the account that later calls are judged by: roles with their boundary, tags and policies; which roles a definition passes.
import type { RecordedCall } from "#test/aws/recorder.ts";
import { partsOfDefinition } from "./asks/ecs.ts";
import { ACCOUNT } from "./names.ts";
import type { PolicyDocument } from "./policy.ts";

export interface MadeRole {
  readonly arn: string;
  readonly boundary: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly policies: ReadonlyMap<string, PolicyDocument>;
  /** Who may assume it. */
  readonly trust: PolicyDocument;
}

export class Account {
  readonly roles = new Map<string, MadeRole>();
  readonly #passes = new Map<string, readonly string[]>();
  readonly #groups = new Map<string, Readonly<Record<string, string>>>();

  /** By its name or ARN. */
  role(name: string): MadeRole | undefined {
    return this.roles.get(name.split("/").at(-1) ?? "");
  }

  rolesOfDefinition(definition: string): readonly string[] {
    return this.#passes.get(definition) ?? [];
  }

  /** Tags of a security group. */
  groupTags(id: string): Readonly<Record<string, string>> {
    return this.#groups.get(id) ?? {};
  }

  /** In the order in which they were made. */
  saw({ service, operation, input, output, error }: RecordedCall): void {
    if (error !== undefined) return;
    const given = input as Record<string, string>;
    if (service === "iam") this.#role(operation, given);
    if (operation === "CreateSecurityGroup") {
      const { GroupId = "" } = output as { GroupId?: string };
      this.#groups.set(GroupId, tagsGiven(input));
    }
    if (operation === "RegisterTaskDefinition") {
      const { taskDefinition } = output as { taskDefinition?: { taskDefinitionArn?: string } };
      this.#passes.set(taskDefinition?.taskDefinitionArn ?? "", partsOfDefinition(given).roles);
    }
  }

  #role(operation: string, input: Readonly<Record<string, unknown>>): void {
    const name = String(input.RoleName);
    const known = this.roles.get(name);
    if (operation === "CreateRole") this.roles.set(name, madeRole(name, input));
    if (operation === "PutRolePolicy" && known) {
      const document = JSON.parse(String(input.PolicyDocument)) as PolicyDocument;
      const policies = new Map([...known.policies, [String(input.PolicyName), document]]);
      this.roles.set(name, { ...known, policies });
    }
    if (operation === "DeleteRole") this.roles.delete(name);
  }
}

function madeRole(name: string, input: Readonly<Record<string, unknown>>): MadeRole {
  const tags = (input.Tags ?? []) as { Key: string; Value: string }[];
  return {
    arn: `arn:aws:iam::${ACCOUNT}:role${input.Path ?? "/"}${name}`,
    boundary: input.PermissionsBoundary as string | undefined,
    tags: Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])),
    policies: new Map(),
    trust: JSON.parse(String(input.AssumeRolePolicyDocument)) as PolicyDocument,
  };
}

function tagsGiven(input: object): Readonly<Record<string, string>> {
  const { TagSpecifications = [] } = input as {
    TagSpecifications?: readonly { Tags?: readonly { Key: string; Value: string }[] }[];
  };
  const tags = TagSpecifications.flatMap(({ Tags = [] }) => Tags);
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
}
