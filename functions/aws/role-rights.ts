// What the role of a zapp may do: its own records and queues, its own files, and what it declares it needs. Pure; the boundary stands around it.
import { hashOf } from "#functions/backends/content-name.ts";
import { taskQueuePrefix, taskRolePrefix, tenantPrefix } from "#shared/aws-names.ts";
import type { AwsEnv } from "#shared/env.ts";
import type { Need } from "#shared/zapp/service.ts";
import { hashed } from "./task-queues/shelf.ts";

export interface RoleOwner {
  readonly tenant: string;
  /** Or what stands for descriptions of one's own. */
  readonly zapp: string;
}

/** What a zapp declares. */
export interface Declared {
  readonly hasQueues: boolean;
  readonly needs: readonly Need[];
}

export interface RolePlace {
  readonly stack: string;
  readonly region: string;
  readonly account: string;
  readonly bucket: string;
  readonly workTable: string;
  /** ARN. */
  readonly boundary: string;
}

export function rolePlace(env: AwsEnv, region: string): RolePlace {
  return {
    ...{ stack: env.ZOE_STACK, region, account: env.ZOE_ACCOUNT, bucket: env.ZOE_BUCKET },
    ...{ workTable: env.ZOE_WORK_TABLE, boundary: env.ZOE_TASK_BOUNDARY_ARN },
  };
}

export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Principal?: { readonly Service: string };
  readonly Action: readonly string[];
  readonly Resource?: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Named by what it is for and what it may: other rights are another role, so that nothing that runs changes under it. */
export function roleName(place: RolePlace, owner: RoleOwner, declared: Declared): string {
  return `${taskRolePrefix(place.stack)}${hashOf([owner, rightsOf(place, owner, declared)], 24)}`;
}

/** Only tasks of this account's ECS, so that nobody else's can borrow it. Batch's jobs are tasks too. */
export function trust({ region, account }: RolePlace): PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        ...{ Sid: "Tasks", Effect: "Allow", Principal: { Service: "ecs-tasks.amazonaws.com" } },
        Action: ["sts:AssumeRole"],
        Condition: {
          StringEquals: { "aws:SourceAccount": account },
          ArnLike: { "aws:SourceArn": `arn:aws:ecs:${region}:${account}:*` },
        },
      },
    ],
  };
}

export function rightsOf(place: RolePlace, owner: RoleOwner, declared: Declared): PolicyDocument {
  const statements = [items(place, owner), ...files(place, owner, declared.needs)];
  if (declared.hasQueues) statements.push(queues(place, owner));
  return { Version: "2012-10-17", Statement: statements };
}

/** `Null`, since a condition on all values also holds when there are none. */
function items({ region, account, workTable }: RolePlace, { tenant, zapp }: RoleOwner): Statement {
  return {
    ...{ Sid: "OwnItems", Effect: "Allow" },
    Action: [
      "dynamodb:GetItem",
      "dynamodb:BatchGetItem",
      "dynamodb:Query",
      "dynamodb:UpdateItem",
      "dynamodb:ConditionCheckItem",
    ],
    Resource: [`arn:aws:dynamodb:${region}:${account}:table/${workTable}`],
    Condition: {
      "ForAllValues:StringLike": { "dynamodb:LeadingKeys": [`${tenant}#${zapp}#*`] },
      Null: { "dynamodb:LeadingKeys": "false" },
    },
  };
}

function queues({ region, account, stack }: RolePlace, { tenant, zapp }: RoleOwner): Statement {
  const name = `${taskQueuePrefix(stack)}${hashed(`${tenant}#${zapp}`)}_*`;
  return {
    ...{ Sid: "OwnTasks", Effect: "Allow" },
    Action: [
      "sqs:ReceiveMessage",
      "sqs:DeleteMessage",
      "sqs:ChangeMessageVisibility",
      "sqs:SendMessage",
      "sqs:GetQueueAttributes",
    ],
    Resource: [`arn:aws:sqs:${region}:${account}:${name}`],
  };
}

/** Uploads are the tenant's; what it stages out lies with its executions. A bucket that it names is a folder of the tenant's. */
function files(place: RolePlace, { tenant, zapp }: RoleOwner, needs: readonly Need[]): Statement[] {
  const own = tenantPrefix(tenant);
  const of = (access: "read" | "write") =>
    needs.flatMap((need) =>
      need.kind === "bucket" && (access === "read" || need.access === "write")
        ? [`${own}buckets/${need.bucket}/`]
        : [],
    );
  const writable = [`${own}${zapp}/`, `${own}executions/`, ...of("write")];
  const readable = [...new Set([...writable, `${own}uploads/`, ...of("read")])];
  const bucket = `arn:aws:s3:::${place.bucket}`;
  const statement = (Sid: string, Action: string[], prefixes: readonly string[]): Statement => ({
    ...{ Sid, Effect: "Allow", Action },
    Resource: prefixes.map((prefix) => `${bucket}/${prefix}*`),
  });
  return [
    statement("ReadFiles", ["s3:GetObject"], readable),
    statement("WriteFiles", ["s3:PutObject", "s3:AbortMultipartUpload"], writable),
    {
      ...{ Sid: "ListFiles", Effect: "Allow", Action: ["s3:ListBucket"], Resource: [bucket] },
      Condition: { StringLike: { "s3:prefix": readable.map((prefix) => `${prefix}*`) } },
    },
  ];
}
