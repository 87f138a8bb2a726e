// ECS: who runs or defines passes roles, and tags what it makes.
import type { Account } from "#test/aws/rights/account.ts";
import { type AsksOf, known, type Tag, tagContext } from "#test/aws/rights/asks/words.ts";
import { ACCOUNT, arn } from "#test/aws/rights/names.ts";
import type { Ask } from "#test/aws/rights/policy.ts";

type Input = Readonly<Record<string, unknown>>;

const clusterArn = (cluster: unknown) =>
  String(cluster).startsWith("arn:") ? String(cluster) : arn("ecs", `cluster/${cluster}`);
const taskArn = (cluster: unknown, task: unknown) =>
  String(task).startsWith("arn:")
    ? String(task)
    : arn("ecs", `task/${clusterArn(cluster).split("/").at(-1)}/${task}`);

export const ecsAsks: AsksOf = (operation, input, account, output) => {
  const inCluster = { "ecs:cluster": clusterArn(input.cluster) };
  const one = (resource: string, context: Ask["context"] = {}): Ask[] => [
    { action: `ecs:${operation}`, resource, context },
  ];
  const operations: Readonly<Record<string, () => readonly Ask[]>> = {
    RunTask: () => runTask(input, account, output),
    StopTask: () => one(taskArn(input.cluster, input.task), inCluster),
    ExecuteCommand: () => one(taskArn(input.cluster, input.task), inCluster),
    DescribeTasks: () =>
      (input.tasks as string[]).flatMap((task) => one(taskArn(input.cluster, task), inCluster)),
    // The reference has it on container instances, of which Fargate has none.
    ListTasks: () => one(arn("ecs", "container-instance/zoe/none"), inCluster),
    RegisterTaskDefinition: () => register(input),
    DescribeTaskDefinition: () => one("*"),
    CreateService: () => one(arn("ecs", `service/zoe/${input.serviceName}`), inCluster),
    UpdateCluster: () => one(clusterArn(input.cluster)),
  };
  return known(operations, operation, "ecs")();
};

function runTask(input: Input, account: Account, output: Input): Ask[] {
  const { overrides = {}, tags = [] } = input as {
    overrides?: { taskRoleArn?: string; executionRoleArn?: string };
    tags?: Tag[];
  };
  const definition = String(input.taskDefinition);
  const exec = input.enableExecuteCommand as boolean | undefined;
  const context = {
    "ecs:cluster": clusterArn(input.cluster),
    ...(exec !== undefined && { "ecs:enable-execute-command": String(exec) }),
    ...tagContext(tags),
  };
  const roles = [
    ...account.rolesOfDefinition(definition),
    ...[overrides.taskRoleArn, overrides.executionRoleArn].flatMap((role) => role ?? []),
  ];
  const { tasks = [] } = output as { tasks?: { taskArn: string }[] };
  const made = tasks[0]?.taskArn ?? taskArn(input.cluster, "new");
  return [
    { action: "ecs:RunTask", resource: definitionArn(definition), context },
    ...tagged("ecs:TagResource", made, "RunTask", tags),
    ...passes(roles, "ecs-tasks.amazonaws.com"),
  ];
}

const definitionArn = (name: string) =>
  name.startsWith("arn:") ? name : arn("ecs", `task-definition/${name}`);

function register(input: Input): Ask[] {
  const { isPrivileged, roles, tags } = partsOfDefinition(input);
  const resource = arn("ecs", `task-definition/${input.family}:1`);
  const context = { "ecs:privileged": String(isPrivileged), ...tagContext(tags) };
  return [
    { action: "ecs:RegisterTaskDefinition", resource, context },
    ...tagged("ecs:TagResource", resource, "RegisterTaskDefinition", tags),
    ...passes(roles, "ecs-tasks.amazonaws.com"),
  ];
}

export function partsOfDefinition(input: Input) {
  const { containerDefinitions = [], tags = [] } = input as {
    containerDefinitions?: { privileged?: boolean }[];
    tags?: Tag[];
  };
  return {
    isPrivileged: containerDefinitions.some(({ privileged }) => privileged === true),
    roles: [input.taskRoleArn, input.executionRoleArn].flatMap((role) => role ?? []) as string[],
    tags,
  };
}

function tagged(action: string, resource: string, by: string, tags: readonly Tag[]): Ask[] {
  if (tags.length === 0) return [];
  return [{ action, resource, context: { "ecs:CreateAction": by, ...tagContext(tags) } }];
}

/** "iam:PassRole" is no call: it is asked wherever a role is given to a service. */
export function passes(roles: readonly string[], service: string): Ask[] {
  return [...new Set(roles)].map((role) => ({
    action: "iam:PassRole",
    resource: role.startsWith("arn:") ? role : `arn:aws:iam::${ACCOUNT}:role/${role}`,
    context: { "iam:PassedToService": service },
  }));
}
