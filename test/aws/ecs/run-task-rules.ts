// What RunTask refuses, in the words of the service.
import type { RunTaskCommandInput, TaskDefinition } from "@aws-sdk/client-ecs";
import { AwsError } from "#test/aws/service.ts";

const GIB = 1024;

/** The table of task sizes, as its page prints it: vCPUs, least and most memory in GiB, step. */
const SIZES: readonly (readonly [number, number, number, number])[] = [
  [0.25, 0.5, 2, 0],
  [0.5, 1, 4, 1],
  [1, 2, 8, 1],
  [2, 4, 16, 1],
  [4, 8, 30, 1],
  [8, 16, 60, 4],
  [16, 32, 120, 8],
];

export function checkRunTask(
  input: RunTaskCommandInput,
  definition: TaskDefinition,
  isRoleReady: (arn: string) => boolean,
): void {
  const { count = 1, overrides = {}, startedBy, clientToken, networkConfiguration } = input;
  if (definition.status !== "ACTIVE")
    throw refused("TaskDefinition is inactive", "ClientException");
  if (count < 1 || count > 10) throw refused("Count must be between 1 and 10");
  if (clientToken !== undefined && !/^[!-~]{1,64}$/.test(clientToken))
    throw refused("Client token must be 1 to 64 ASCII characters");
  if (startedBy !== undefined && !/^[A-Za-z0-9_/-]{1,128}$/.test(startedBy))
    throw refused("startedBy must be 1 to 128 letters, digits, hyphens, underscores and slashes");
  if (input.launchType && input.capacityProviderStrategy)
    throw refused("Specifying both a launch type and capacity provider strategy is not supported.");
  if (JSON.stringify(overrides).length > 8192)
    throw refused("Container Overrides length must be at most 8192");
  if (networkConfiguration?.awsvpcConfiguration?.subnets === undefined)
    throw refused("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
  checkContainers(input, definition);
  checkSize(overrides.cpu ?? definition.cpu, overrides.memory ?? definition.memory);
  checkRoles(input, definition, isRoleReady);
}

function checkContainers({ overrides }: RunTaskCommandInput, definition: TaskDefinition): void {
  const names = new Set(definition.containerDefinitions?.map(({ name }) => name));
  for (const { name } of overrides?.containerOverrides ?? [])
    if (!names.has(name))
      throw refused(
        `Override for container named ${name} is not a container in the TaskDefinition.`,
      );
}

function checkSize(cpu: string | undefined, memory: string | undefined): void {
  const vcpus = Number(cpu) / 1024;
  const gib = Number(memory) / GIB;
  const row = SIZES.find(([offered]) => offered === vcpus);
  const isOffered =
    row !== undefined &&
    gib >= row[1] &&
    gib <= row[2] &&
    (row[3] === 0 ? [0.5, 1, 2].includes(gib) : gib % row[3] === 0);
  if (!isOffered)
    throw refused(
      `No Fargate configuration exists for given values: ${cpu} CPU, ${memory} memory. See the AWS documentation for the valid values for Fargate tasks`,
      "ClientException",
    );
}

/** IAM is eventually consistent: a role that was just made can't be assumed for some seconds. */
function checkRoles(
  { overrides }: RunTaskCommandInput,
  { executionRoleArn, taskRoleArn }: TaskDefinition,
  isRoleReady: (arn: string) => boolean,
): void {
  const roles = [overrides?.taskRoleArn ?? taskRoleArn, executionRoleArn];
  const unready = roles.find((role) => role !== undefined && !isRoleReady(role));
  if (unready === undefined) return;
  throw refused(
    `ECS was unable to assume the role '${unready}' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.`,
    "ClientException",
  );
}

function refused(text: string, code = "InvalidParameterException"): AwsError {
  return new AwsError(code, text);
}
