// The double's task definitions: families, revisions that are never used again, and what Fargate asks of them.
import type { RegisterTaskDefinitionCommandInput, TaskDefinition } from "@aws-sdk/client-ecs";
import { AwsError, type CallContext } from "#test/aws/service.ts";

/** "64 KB", "10 containers": service quotas of ECS. */
const MOST_BYTES = 64 * 1024;
const MOST_CONTAINERS = 10;

export class Definitions {
  readonly #byArn = new Map<string, TaskDefinition>();
  readonly #revisions = new Map<string, number>();

  register(input: RegisterTaskDefinitionCommandInput, context: CallContext): TaskDefinition {
    check(input);
    const { family = "", tags, ...content } = input;
    const revision = (this.#revisions.get(family) ?? 0) + 1;
    this.#revisions.set(family, revision);
    const taskDefinitionArn = `arn:aws:ecs:${context.region}:${context.account}:task-definition/${family}:${revision}`;
    const definition: TaskDefinition = {
      ...content,
      ...{ family, revision, taskDefinitionArn, status: "ACTIVE", compatibilities: ["FARGATE"] },
      registeredAt: new Date(context.now),
      registeredBy: context.principal,
    };
    this.#byArn.set(taskDefinitionArn, definition);
    return definition;
  }

  /** `family`, `family:revision` or an ARN; a family is its latest active revision. */
  find(name: string): TaskDefinition {
    const place = name.split("/").at(-1) ?? "";
    const [family, revision] = place.split(":");
    const known = [...this.#byArn.values()].filter(
      (one) =>
        one.family === family &&
        (revision === undefined ? one.status === "ACTIVE" : one.revision === Number(revision)),
    );
    const found = known.at(-1);
    // The SDK's page of DescribeTaskDefinition names no other code.
    if (found === undefined)
      throw new AwsError("ClientException", "Unable to describe task definition.");
    return found;
  }

  deregister(name: string, now: number): TaskDefinition {
    const found = this.find(name);
    const inactive = { ...found, status: "INACTIVE" as const, deregisteredAt: new Date(now) };
    this.#byArn.set(found.taskDefinitionArn ?? "", inactive);
    return inactive;
  }

  delete(name: string): TaskDefinition {
    const found = this.find(name);
    if (found.status === "ACTIVE")
      throw new AwsError(
        "ClientException",
        "The specified task definition is still in ACTIVE status. Please deregister the target and try again.",
      );
    this.#byArn.delete(found.taskDefinitionArn ?? "");
    return { ...found, status: "DELETE_IN_PROGRESS" };
  }

  list(prefix: string, status: string): string[] {
    const chosen = [...this.#byArn].filter(
      ([, one]) => one.status === status && (one.family ?? "").startsWith(prefix),
    );
    return chosen.map(([arn]) => arn);
  }
}

function check(input: RegisterTaskDefinitionCommandInput): void {
  const { family = "", containerDefinitions = [], networkMode, requiresCompatibilities } = input;
  const refuse = (text: string) => new AwsError("ClientException", text);
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(family)) throw refuse("Family contains invalid characters.");
  if (JSON.stringify(input).length > MOST_BYTES)
    throw refuse("Actual length of the task definition exceeds 65536.");
  if (containerDefinitions.length === 0 || containerDefinitions.length > MOST_CONTAINERS)
    throw refuse("Container definitions must be 1 to 10.");
  if (!containerDefinitions.some(({ essential }) => essential !== false))
    throw refuse("At least one essential container must be specified.");
  if (!requiresCompatibilities?.includes("FARGATE"))
    throw new AwsError("NotImplemented", "The double of ECS knows Fargate only.", { status: 501 });
  if (networkMode !== "awsvpc") throw refuse("Fargate only supports network mode 'awsvpc'.");
  const names = new Set(containerDefinitions.map(({ name }) => name));
  for (const { name, dependsOn = [], privileged, logConfiguration } of containerDefinitions) {
    if (privileged) throw refuse("Fargate does not support privileged containers.");
    if (logConfiguration && input.executionRoleArn === undefined)
      throw refuse(
        "Fargate requires task definition to have execution role ARN to support log driver awslogs.",
      );
    for (const { containerName } of dependsOn)
      if (!names.has(containerName) || containerName === name)
        throw refuse(`Container ${name} depends on ${containerName}, which is not there.`);
  }
}
