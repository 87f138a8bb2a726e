// The double's job definitions, and the documented rules of each kind of job.
import type {
  EcsTaskProperties,
  JobDefinition,
  NodeProperties,
  RegisterJobDefinitionCommandInput,
  TaskContainerProperties,
} from "@aws-sdk/client-batch";
import { AwsError, type CallContext } from "#test/aws/service.ts";

/** "Maximum job definition size: 24 KiB." */
const MOST_BYTES = 24 * 1024;
const MOST_GROUPS = 5;
const MOST_NODES = 1000;
const FARGATE_VCPUS = [0.25, 0.5, 1, 2, 4, 8, 16];

export class JobDefinitions {
  readonly #byArn = new Map<string, JobDefinition>();
  readonly #revisions = new Map<string, number>();

  register(input: RegisterJobDefinitionCommandInput, context: CallContext): JobDefinition {
    check(input);
    const { jobDefinitionName = "", ...content } = input;
    const revision = (this.#revisions.get(jobDefinitionName) ?? 0) + 1;
    this.#revisions.set(jobDefinitionName, revision);
    const jobDefinitionArn = `arn:aws:batch:${context.region}:${context.account}:job-definition/${jobDefinitionName}:${revision}`;
    const whole = { ...content, jobDefinitionName, jobDefinitionArn, revision, status: "ACTIVE" };
    const definition = { ...whole, type: input.type } as JobDefinition;
    this.#byArn.set(jobDefinitionArn, definition);
    return definition;
  }

  /** `name`, `name:revision` or an ARN; a name is its latest active revision. */
  find(name: string): JobDefinition {
    const [short, revision] = (name.split("/").at(-1) ?? "").split(":");
    const found = [...this.#byArn.values()].filter(
      (one) =>
        one.jobDefinitionName === short &&
        one.status === "ACTIVE" &&
        (revision === undefined || one.revision === Number(revision)),
    );
    const last = found.at(-1);
    if (last === undefined) throw refused(`JobDefinition ${name} does not exist or is not active`);
    return last;
  }

  deregister(name: string): void {
    const found = this.find(name);
    this.#byArn.set(found.jobDefinitionArn ?? "", { ...found, status: "INACTIVE" });
  }

  describe({ names, name, status }: { names?: string[]; name?: string; status?: string }) {
    return [...this.#byArn.values()].filter(
      (one) =>
        (status === undefined || one.status === status) &&
        (name === undefined || one.jobDefinitionName === name) &&
        (names === undefined || names.includes(one.jobDefinitionArn ?? "")),
    );
  }
}

export function tasksOf(definition: {
  readonly ecsProperties?: { readonly taskProperties?: EcsTaskProperties[] };
  readonly nodeProperties?: NodeProperties;
}): EcsTaskProperties[] {
  const ranges = definition.nodeProperties?.nodeRangeProperties ?? [];
  return [
    ...(definition.ecsProperties?.taskProperties ?? []),
    ...ranges.flatMap(({ ecsProperties }) => ecsProperties?.taskProperties ?? []),
  ];
}

function check(input: RegisterJobDefinitionCommandInput): void {
  const {
    jobDefinitionName = "",
    type,
    nodeProperties,
    ecsProperties,
    containerProperties,
  } = input;
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/.test(jobDefinitionName))
    throw refused("jobDefinitionName must be 1 to 128 letters, digits, hyphens and underscores");
  if (JSON.stringify(input).length > MOST_BYTES) throw refused("Job definition exceeds 24 KiB");
  if (containerProperties !== undefined)
    throw new AwsError("NotImplemented", "The double of Batch knows ecsProperties only.", {
      status: 501,
    });
  if (type === "multinode") checkNodes(input, nodeProperties);
  else if (ecsProperties?.taskProperties?.length !== 1)
    throw refused("taskProperties must have exactly one element");
  const isFargate = input.platformCapabilities?.includes("FARGATE") ?? false;
  for (const task of tasksOf(input)) checkTask(task, isFargate);
}

/** From "Multi-node parallel jobs" and the reference of NodeProperties. */
function checkNodes(
  { platformCapabilities, ecsProperties }: RegisterJobDefinitionCommandInput,
  nodes: NodeProperties | undefined,
): void {
  if (platformCapabilities?.includes("FARGATE"))
    throw refused("Multi-node parallel jobs aren't supported on Fargate resources");
  if (nodes === undefined || ecsProperties !== undefined)
    throw refused("A multinode job definition has nodeProperties, and no properties of its own");
  const { numNodes = 0, mainNode = 0, nodeRangeProperties = [] } = nodes;
  if (numNodes < 1 || numNodes > MOST_NODES) throw refused("numNodes must be 1 to 1000");
  if (mainNode < 0 || mainNode >= numNodes) throw refused("mainNode must be fewer than numNodes");
  if (nodeRangeProperties.length < 1 || nodeRangeProperties.length > MOST_GROUPS)
    throw refused("There must be 1 to 5 node groups");
  const covered = new Set<number>();
  for (const { targetNodes = "", instanceTypes = [], ecsProperties: task } of nodeRangeProperties) {
    const { from, to } = rangeOf(targetNodes, numNodes);
    for (let node = from; node <= to; node++) covered.add(node);
    if (instanceTypes.length > 1) throw refused("instanceTypes is limited to one element");
    if (task?.taskProperties?.length !== 1) throw refused("One task for each node range");
  }
  if (covered.size !== numNodes)
    throw refused("Your accumulative node ranges must account for all nodes (0:n)");
}

/** `0:3`, `:n` or `n:`; the last node is inclusive. */
export function rangeOf(
  targetNodes: string,
  numNodes: number,
): { from: number; to: number; isOpen: boolean } {
  const found = /^(\d*):(\d*)$/.exec(targetNodes);
  if (found === null) throw refused(`targetNodes ${targetNodes} is not a range`);
  const [, from, to] = found;
  const last = to === "" ? numNodes - 1 : Number(to);
  if (last >= numNodes) throw refused(`targetNodes ${targetNodes} is beyond the ${numNodes} nodes`);
  return { from: Number(from || 0), to: last, isOpen: to === "" };
}

function checkTask(task: EcsTaskProperties, isFargate: boolean): void {
  const containers = task.containers ?? [];
  if (containers.length < 1 || containers.length > 10) throw refused("1 to 10 containers a task");
  if (!containers.some(({ essential }) => essential !== false))
    throw refused("All jobs must have at least one essential container");
  for (const container of containers) checkContainer(container, containers, isFargate);
  if (!isFargate) {
    if (task.networkConfiguration !== undefined)
      throw refused("Jobs running on EC2 resources must not specify networkConfiguration");
    return;
  }
  if (task.executionRoleArn === undefined)
    throw refused("For jobs that run on Fargate resources, you must provide an execution role");
  const vcpus = sum(containers, "VCPU");
  if (!FARGATE_VCPUS.includes(vcpus))
    throw refused(
      `Fargate resource requirements (${vcpus} vCPU, ${sum(containers, "MEMORY")} MiB) not valid.`,
    );
}

function checkContainer(
  {
    name,
    dependsOn = [],
    privileged,
    linuxParameters,
    environment = [],
    resourceRequirements = [],
  }: TaskContainerProperties,
  containers: readonly TaskContainerProperties[],
  isFargate: boolean,
): void {
  for (const { containerName, condition } of dependsOn) {
    if (!containers.some((other) => other.name === containerName))
      throw refused(`Container ${name} depends on ${containerName}, which is not there`);
    // HEALTHY is ECS's, and not Batch's.
    if (!["START", "COMPLETE", "SUCCESS"].includes(condition ?? ""))
      throw refused(`Condition ${condition} is not one of START, COMPLETE, SUCCESS`);
  }
  if (environment.some((pair) => pair.name?.startsWith("AWS_BATCH")))
    throw refused("Environment variables cannot start with AWS_BATCH");
  for (const { type, value } of resourceRequirements) {
    if (type === "GPU" && isFargate) throw refused("GPUs aren't available on Fargate");
    if (type === "VCPU" && !isFargate && !/^[1-9]\d*$/.test(value ?? ""))
      throw refused("For EC2 resources, you must specify at least one whole vCPU");
    if (type === "MEMORY" && Number(value) < 4) throw refused("At least 4 MiB of memory");
  }
  if (isFargate && (privileged || linuxParameters?.devices))
    throw refused("Fargate knows neither privileges nor devices");
}

function sum(containers: readonly TaskContainerProperties[], type: "VCPU" | "MEMORY"): number {
  const values = containers.flatMap(({ resourceRequirements = [] }) =>
    resourceRequirements.filter((one) => one.type === type).map(({ value }) => Number(value)),
  );
  return values.reduce((total, value) => total + value, 0);
}

export function refused(text: string): AwsError {
  return new AwsError("ClientException", text);
}
