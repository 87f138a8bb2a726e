// Registers what can be started, and passes its roles: the one function that may. Who starts (launch) can define nothing, and the other way round.
import {
  type BatchClient,
  DescribeJobDefinitionsCommand,
  RegisterJobDefinitionCommand,
  type RegisterJobDefinitionCommandInput,
} from "@aws-sdk/client-batch";
import {
  DescribeTaskDefinitionCommand,
  type ECSClient,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
} from "@aws-sdk/client-ecs";
import { failureOf } from "#functions/backends/failure.ts";
import type { DefinitionReply } from "#functions/backends/task-roles.ts";

export type DefinerRequest =
  | { readonly kind: "task"; readonly input: RegisterTaskDefinitionCommandInput }
  | { readonly kind: "job"; readonly input: RegisterJobDefinitionCommandInput };

export interface DefinerClients {
  readonly ecs: ECSClient;
  readonly batch: BatchClient;
}

/** Safe to repeat: a definition's name is a hash of its content, so what is there already is the same. */
export async function define(
  clients: DefinerClients,
  request: DefinerRequest,
): Promise<DefinitionReply> {
  try {
    const arn =
      request.kind === "task"
        ? await taskDefinition(clients.ecs, request.input)
        : await jobDefinition(clients.batch, request.input);
    if (arn !== undefined) return { kind: "ready", arn };
    return { kind: "later", reason: "AWS answered without the definition's name." };
  } catch (error) {
    return replyTo(error);
  }
}

async function taskDefinition(
  ecs: ECSClient,
  input: RegisterTaskDefinitionCommandInput,
): Promise<string | undefined> {
  const known = await knownTask(ecs, input.family ?? "");
  if (known !== undefined) return known;
  const { taskDefinition } = await ecs.send(new RegisterTaskDefinitionCommand(input));
  return taskDefinition?.taskDefinitionArn;
}

/** ECS has no code of its own for a family that is not there. */
async function knownTask(ecs: ECSClient, family: string): Promise<string | undefined> {
  try {
    const command = new DescribeTaskDefinitionCommand({ taskDefinition: family });
    const { taskDefinition } = await ecs.send(command);
    return taskDefinition?.taskDefinitionArn;
  } catch (error) {
    if (failureOf(error).kind === "refused") return undefined;
    throw error;
  }
}

async function jobDefinition(
  batch: BatchClient,
  input: RegisterJobDefinitionCommandInput,
): Promise<string | undefined> {
  const { jobDefinitionName } = input;
  const find = new DescribeJobDefinitionsCommand({ jobDefinitionName, status: "ACTIVE" });
  const { jobDefinitions: [known] = [] } = await batch.send(find);
  if (known?.jobDefinitionArn !== undefined) return known.jobDefinitionArn;
  return (await batch.send(new RegisterJobDefinitionCommand(input))).jobDefinitionArn;
}

/** Only what AWS surely refuses is final; all else is asked again with the next launch. */
function replyTo(error: unknown): DefinitionReply {
  const failure = failureOf(error);
  if (failure.kind === "refused")
    return { kind: "refused", reason: `Its definition was refused. ${failure.reason}` };
  return { kind: "later", reason: "Its definition is being registered." };
}
