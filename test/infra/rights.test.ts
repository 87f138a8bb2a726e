// Who may do what, as the template says it: one table of what a role alone has, one of what nobody has.
import { describe, expect, test } from "vitest";
import { readEnv } from "#functions/aws/env.ts";
import { rightsIn } from "#test/aws/rights/policies.ts";
import type { PolicyDocument } from "#test/aws/rights/policy.ts";
import { anEnvironment } from "#test/functions/aws/environment.ts";
import { actionsOf, all, one, ROLES, rights, statements, text } from "./look.ts";
import { namer } from "./named.ts";
import { templateOf } from "./synthesized.ts";

const template = templateOf();
const FUNCTIONS = Object.keys(ROLES) as (keyof typeof ROLES)[];

/** An action, and the functions that have it: nobody else does. */
const ALONE: Readonly<Record<string, readonly (keyof typeof ROLES)[]>> = {
  "ecs:RunTask": ["launch"],
  "ecs:StopTask": ["launch"],
  "batch:SubmitJob": ["launch"],
  "batch:TerminateJob": ["launch"],
  "ecs:RegisterTaskDefinition": ["definer"],
  "batch:RegisterJobDefinition": ["definer"],
  "iam:PassRole": ["launch", "definer"],
  "iam:CreateRole": ["roles"],
  "iam:PutRolePolicy": ["roles"],
  "iam:DeleteRole": ["roles"],
  "ecs:DescribeTasks": ["launch", "sweep"],
  "batch:ListJobs": ["launch", "sweep"],
  "sqs:CreateQueue": ["launch"],
  "secretsmanager:CreateSecret": ["api"],
  "logs:GetLogEvents": ["api"],
  "secretsmanager:DeleteSecret": ["api", "sweep"],
};

describe("what test/aws/rights judges is what the template has:", () => {
  const env = anEnvironment();
  const judged = rightsIn(readEnv(env));
  const named = namer(template, env);
  const plain = ({ Statement }: PolicyDocument) =>
    [Statement].flat().map(({ Sid, Action, Resource, Condition }) => ({
      ...{ Sid, Action: [Action].flat().sort(), Resource: [Resource ?? []].flat().sort() },
      Condition,
    }));

  test.each(FUNCTIONS)("the rights of %s", (name) => {
    expect(rights(template, ROLES[name]).map(named)).toEqual(plain(judged.functions[name]));
  });

  test("the boundary, the execution role, the hosts'", () => {
    const boundary = one(template, "AWS::IAM::ManagedPolicy", "TaskBoundary").Properties;
    const found = [
      statements(boundary.PolicyDocument),
      rights(template, "ExecutionRole"),
      rights(template, "HostsRole"),
    ];
    const wanted = [judged.boundary, judged.execution, judged.host];
    expect(found.map((one) => one.map(named))).toEqual(wanted.map(plain));
  });
});

describe("only", () => {
  for (const [action, names] of Object.entries(ALONE)) {
    test(`${names.join(" and ")} may ${action}`, () => {
      const holders = FUNCTIONS.filter((name) => actionsOf(template, ROLES[name]).includes(action));
      expect(holders.sort()).toEqual([...names].sort());
    });
  }
});

/** No function may, not even with a condition. */
const NOBODY = [
  "iam:UpdateAssumeRolePolicy",
  "iam:UntagRole",
  "iam:PutRolePermissionsBoundary",
  "iam:DeleteRolePermissionsBoundary",
  "iam:AttachRolePolicy",
  "iam:CreatePolicyVersion",
  "sts:AssumeRole",
  "dynamodb:DeleteTable",
  "dynamodb:Scan",
  "ecs:ExecuteCommand",
  "secretsmanager:GetSecretValue",
  "ecs:CreateService",
];

describe("no function may", () => {
  for (const action of NOBODY) {
    test(action, () => {
      const holders = FUNCTIONS.filter((name) => actionsOf(template, ROLES[name]).includes(action));
      expect(holders).toEqual([]);
    });
  }

  test("anything by a wildcard", () => {
    const wild = FUNCTIONS.flatMap((name) => actionsOf(template, ROLES[name])).filter((action) =>
      action.includes("*"),
    );
    expect(wild).toEqual([]);
  });

  test("anything on everything, but for what knows no resource", () => {
    const broad = FUNCTIONS.flatMap((name) => rights(template, ROLES[name]))
      .filter(({ Resource }) => Resource.includes("*"))
      .flatMap(({ Action }) => Action);
    expect([...new Set(broad)].sort()).toEqual([
      "batch:DescribeJobDefinitions",
      "batch:DescribeJobs",
      "batch:ListJobs",
      "ecs:DescribeTaskDefinition",
      "ecs:ListTasks",
    ]);
  });
});

test("every resource is spelled as AWS spells its kind", () => {
  const kinds =
    /^(?!.*\/$)(\*|<[A-Za-z0-9.:]+>(\/.+)?|arn:<AWS::Partition>:(iam::<AWS::AccountId>:role|(ecs|batch|ecr|ec2):<AWS::Region>:<AWS::AccountId>:[a-z-]+)\/.+|arn:<AWS::Partition>:sqs:<AWS::Region>:<AWS::AccountId>:zoe_t_\*|arn:<AWS::Partition>:(lambda|secretsmanager):<AWS::Region>:<AWS::AccountId>:(function|secret):.+)$/;
  const boundary = one(template, "AWS::IAM::ManagedPolicy").Properties.PolicyDocument;
  const all = [
    ...Object.values(ROLES).flatMap((role) => rights(template, role)),
    ...statements(boundary),
  ].flatMap(({ Resource }) => Resource);
  expect(all.filter((resource) => !kinds.test(resource))).toEqual([]);
});

describe("task roles", () => {
  const boundary = one(template, "AWS::IAM::ManagedPolicy", "TaskBoundary");
  const most = statements(boundary.Properties.PolicyDocument);
  const made = rights(template, ROLES.roles);

  test("are made under our path, inside the boundary, with a tenant's tag", () => {
    const make = made.find(({ Action }) => Action.includes("iam:CreateRole"));
    expect(make?.Resource).toEqual([
      "arn:<AWS::Partition>:iam::<AWS::AccountId>:role/zoe/zoe/task/*",
    ]);
    expect(make?.Condition).toEqual({
      StringEquals: { "iam:PermissionsBoundary": { Ref: boundary.id } },
      Null: { "aws:RequestTag/zoe:tenant": "false" },
    });
  });

  test("are given rights only while they are inside the boundary", () => {
    const give = made.find(({ Action }) => Action.includes("iam:PutRolePolicy"));
    expect(give?.Condition).toEqual({
      StringEquals: { "iam:PermissionsBoundary": { Ref: boundary.id } },
    });
  });

  test("are passed to programs and to nothing else, the execution role beside them", () => {
    for (const name of ["launch", "definer"] as const) {
      const pass = rights(template, ROLES[name]).find(({ Action }) =>
        Action.includes("iam:PassRole"),
      );
      const execution = one(template, "AWS::IAM::Role", "ExecutionRole");
      expect(pass?.Resource).toEqual([
        "arn:<AWS::Partition>:iam::<AWS::AccountId>:role/zoe/zoe/task/*",
        `<${execution.id}.Arn>`,
      ]);
      expect(pass?.Condition).toEqual({
        StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" },
      });
    }
  });

  test("never reach the control table, other clusters, roles or queues of control", () => {
    const control = one(template, "AWS::DynamoDB::Table", "StorageControl").id;
    const resources = most.flatMap(({ Resource }) => Resource).join(" ");
    expect(resources).not.toContain(control);
    expect(resources).not.toMatch(/<Queues/);
    const services = new Set(
      most.flatMap(({ Action }) => Action).map((name) => name.split(":")[0]),
    );
    expect([...services].sort()).toEqual(["dynamodb", "s3", "sqs"]);
  });

  test("reach their tenant's keys of the work table, and only by a key", () => {
    const items = most.find(({ Sid }) => Sid === "OwnItems");
    expect(items?.Condition).toEqual({
      "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["${aws:PrincipalTag/zoe:tenant}#*"] },
      Null: { "dynamodb:LeadingKeys": "false" },
    });
  });

  test("take no outcome away, not in a batch either", () => {
    const actions = most.flatMap(({ Action }) => Action);
    expect(actions).not.toContain("dynamodb:DeleteItem");
    expect(actions).not.toContain("dynamodb:BatchWriteItem");
  });

  test("reach their tenant's folder of the bucket", () => {
    const bucket = one(template, "AWS::S3::Bucket").id;
    const files = most.filter(({ Action }) => Action.some((name) => name.startsWith("s3:")));
    expect(files.map(({ Resource }) => Resource)).toEqual([
      [`<${bucket}.Arn>/tenants/\${aws:PrincipalTag/zoe:tenant}/*`],
      [`<${bucket}.Arn>`],
    ]);
  });
});

test("programs are started in our cluster and from our definitions", () => {
  const run = rights(template, ROLES.launch).find(({ Action }) => Action.includes("ecs:RunTask"));
  const cluster = one(template, "AWS::ECS::Cluster").id;
  expect(run?.Resource).toEqual([
    "arn:<AWS::Partition>:ecs:<AWS::Region>:<AWS::AccountId>:task-definition/zoe_d_*:*",
  ]);
  expect(run?.Condition).toMatchObject({
    ArnEquals: { "ecs:cluster": { "Fn::GetAtt": [cluster, "Arn"] } },
  });
});

test("what is defined is never privileged", () => {
  const conditions = rights(template, ROLES.definer).map(({ Condition }) =>
    JSON.stringify(Condition),
  );
  expect(conditions.join()).toContain('"ecs:privileged":"false"');
  expect(conditions.join()).toContain('"batch:Privileged":"false"');
});

test("no role is given a policy of AWS's own", () => {
  const managed = all(template, "AWS::IAM::Role").map(({ Properties }) =>
    text(Properties.ManagedPolicyArns ?? []),
  );
  expect(new Set(managed)).toEqual(new Set([""]));
});

test("a host's role reads no table, no queue, no bucket and no secret", () => {
  const services = new Set(actionsOf(template, "Hosts").map((name) => name.split(":")[0]));
  expect([...services].sort()).toEqual(["ecr", "ecs", "logs"]);
});
