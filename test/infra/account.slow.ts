// Removing what a stack left behind, and looking at an account, over moto, which knows these services: what is another stack's stays.
import { CreateStackCommand } from "@aws-sdk/client-cloudformation";
import { CreateSecurityGroupCommand, DescribeSecurityGroupsCommand } from "@aws-sdk/client-ec2";
import {
  CreateClusterCommand,
  ListTaskDefinitionsCommand,
  RegisterTaskDefinitionCommand,
} from "@aws-sdk/client-ecs";
import { CreateRoleCommand, ListRolesCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { CreateSecretCommand, ListSecretsCommand } from "@aws-sdk/client-secrets-manager";
import { CreateQueueCommand, ListQueuesCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AccountClients, accountClients } from "#infra/account/clients.ts";
import { lookAtAccount, lookAtStack } from "#infra/account/doctor.ts";
import { remove } from "#infra/account/remove.ts";
import {
  definitionPrefix,
  secretPrefix,
  taskQueuePrefix,
  taskRolePath,
  tenantGroupPrefix,
} from "#shared/aws-names.ts";
import { type Moto, startMoto, whyNoMoto } from "#test/aws/moto.ts";

const why = whyNoMoto();
if (why !== undefined) console.log(`Skipped: ${why}`);

/** A stack small enough for moto, with the outputs that ours has. */
const TEMPLATE = JSON.stringify({
  Description: "Zoe",
  Resources: { Dead: { Type: "AWS::SQS::Queue" } },
  Outputs: {
    Address: { Value: "https://zoe.example.org" },
    Cluster: { Value: "zoe" },
    Bucket: { Value: "zoe-bucket" },
    DeadLetters: { Value: { Ref: "Dead" } },
  },
});

async function leaveBehind(clients: AccountClients, stack: string): Promise<void> {
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [] });
  const PolicyDocument = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k" }],
  });
  const RoleName = `${stack}_r_1`;
  await clients.iam.send(
    new CreateRoleCommand({ RoleName, Path: taskRolePath(stack), AssumeRolePolicyDocument }),
  );
  await clients.iam.send(
    new PutRolePolicyCommand({
      RoleName,
      PolicyName: "zapp",
      PolicyDocument,
    }),
  );
  for (const n of [1, 2])
    await clients.sqs.send(new CreateQueueCommand({ QueueName: `${taskQueuePrefix(stack)}${n}` }));
  const family = `${definitionPrefix(stack)}abc`;
  const containerDefinitions = [{ name: "program", image: "hello", memory: 128 }];
  await clients.ecs.send(new RegisterTaskDefinitionCommand({ family, containerDefinitions }));
  const GroupName = `${tenantGroupPrefix(stack)}1`;
  await clients.ec2.send(new CreateSecurityGroupCommand({ GroupName, Description: "of a tenant" }));
  const Name = `${secretPrefix(stack)}lab/key`;
  await clients.secrets.send(new CreateSecretCommand({ Name, SecretString: "s" }));
  await clients.ecs.send(new CreateClusterCommand({ clusterName: stack }));
}

/** How much there is of each kind, by stack. */
async function count({ iam, sqs, ecs, ec2, secrets }: AccountClients, stack: string) {
  const { Roles = [] } = await iam.send(new ListRolesCommand({ PathPrefix: taskRolePath(stack) }));
  const QueueNamePrefix = taskQueuePrefix(stack);
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({ QueueNamePrefix }));
  const { taskDefinitionArns = [] } = await ecs.send(new ListTaskDefinitionsCommand({}));
  const Filters = [{ Name: "group-name", Values: [`${tenantGroupPrefix(stack)}*`] }];
  const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({ Filters }));
  const { SecretList = [] } = await secrets.send(new ListSecretsCommand({}));
  return {
    roles: Roles.length,
    queues: QueueUrls.length,
    definitions: taskDefinitionArns.filter((arn) => arn.includes(`/${definitionPrefix(stack)}`))
      .length,
    groups: SecurityGroups.length,
    secrets: SecretList.filter(({ Name }) => Name?.startsWith(secretPrefix(stack))).length,
  };
}

describe.skipIf(why !== undefined)("an account", () => {
  let moto: Moto;
  let clients: AccountClients;
  beforeAll(async () => {
    moto = await startMoto();
    clients = accountClients(moto.client);
    await clients.s3.send(new CreateBucketCommand({ Bucket: "zoe-bucket" }));
    await clients.stacks.send(new CreateStackCommand({ StackName: "zoe", TemplateBody: TEMPLATE }));
    for (const stack of ["zoe", "zoe-two"]) await leaveBehind(clients, stack);
  }, 90_000);
  afterAll(() => moto?.close());

  test("says who you are, and that it is not bootstrapped", async () => {
    const findings = await lookAtAccount(clients);
    expect(findings[0]).toMatchObject({ what: "account", isGood: true });
    expect(findings[0]?.detail).toContain("us-east-1");
    expect(findings[1]).toMatchObject({ what: "bootstrap", isGood: false });
    expect(findings.filter(({ what }) => what === "quota")).toHaveLength(5);
  });

  test("shows a stack that stands, and one that does not", async () => {
    const found = await lookAtStack(clients, "zoe");
    expect(found.map(({ isGood }) => isGood)).toEqual([true, true, true]);
    expect(found[1]?.detail).toBe("https://zoe.example.org");
    const [none] = await lookAtStack(clients, "nowhere");
    expect(none).toMatchObject({ what: "stack", isGood: false });
  });

  test("keeps nothing of a stack that is removed, and all of the one whose name begins with its name", async () => {
    const Bucket = "zoe-bucket";
    await clients.s3.send(new PutObjectCommand({ Bucket, Key: "tenants/lab/a", Body: "a" }));
    const whole = { roles: 1, queues: 2, definitions: 1, groups: 1, secrets: 1 };
    expect(await count(clients, "zoe")).toEqual(whole);
    const told: string[] = [];
    await remove(clients, "zoe", (line) => told.push(line));
    expect(await count(clients, "zoe")).toEqual({
      ...{ roles: 0, queues: 0, definitions: 0, groups: 0, secrets: 0 },
    });
    expect(await count(clients, "zoe-two")).toEqual(whole);
    const { KeyCount } = await clients.s3.send(new ListObjectsV2Command({ Bucket }));
    expect(KeyCount).toBe(0);
    expect(told.at(-1)).toBe("zoe is gone.");
    expect((await lookAtStack(clients, "zoe"))[0]).toMatchObject({ isGood: false });
  }, 60_000);

  test("may be told to remove it again: there is nothing left to do", async () => {
    const told: string[] = [];
    await remove(clients, "zoe", (line) => told.push(line));
    expect(told).toEqual(["There is no stack zoe (any more) in this region."]);
  });
});
