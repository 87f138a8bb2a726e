// A function of the control plane as Lambda starts it: its environment, its clients and its world, once for many invocations.
import { LaunchBook } from "#functions/backends/launch-book.ts";
import type { DefinitionReply } from "#functions/backends/task-roles.ts";
import type { World } from "#functions/world.ts";
import { type AwsFunction, functionName } from "#shared/aws-names.ts";
import type { AwsEnv } from "#shared/env.ts";
import { backendsOver, type StartClients, startClients } from "./backends.ts";
import { type AwsClients, awsClients } from "./clients.ts";
import type { DefinerRequest } from "./definer.ts";
import { readEnv } from "./env.ts";
import { invoke } from "./invoke.ts";
import type { RecordsHost } from "./queue.ts";
import { askedRights } from "./rights.ts";
import { streamsOver } from "./streams.ts";
import type { TaskQueueParts } from "./task-queues/parts.ts";
import { AwsTaskQueues } from "./task-queues/task-queues.ts";
import { taskPartsOver } from "./tasks.ts";
import { awsBase, awsWorld, type WorldHost } from "./world.ts";

/** What a function stands on. */
export interface Ground {
  readonly env: AwsEnv;
  readonly region: string;
  readonly clients: AwsClients;
  readonly start: StartClients;
  /** Calls another function and waits for its answer. */
  readonly call: (name: AwsFunction, payload: object) => Promise<unknown>;
  readonly host: WorldHost;
}

export interface Hosted extends Ground {
  readonly world: World;
  readonly book: LaunchBook;
  /** Of the task queues, for who feeds them. */
  readonly feeding: TaskQueueParts;
  /** The queue that wakes it. */
  readonly records: (url: string) => RecordsHost;
}

export async function hosted(name: AwsFunction): Promise<Hosted> {
  const env = readEnv();
  const clients = awsClients();
  const region = await clients.dynamodb.config.region();
  const signed = {
    ...{ region, now: Date.now },
    credentials: () => clients.dynamodb.config.credentials(),
  };
  return hostedOn({
    ...{ env, region, clients, start: startClients() },
    call: (other, payload) => invoke(signed, functionName(env.ZOE_STACK, other), payload),
    host: { host: `${name}-${crypto.randomUUID()}` },
  });
}

export function hostedOn(ground: Ground): Hosted {
  const { env, region, clients, start, call } = ground;
  const base = awsBase(env, clients, ground.host);
  const register = (request: DefinerRequest) =>
    call("definer", request) as Promise<DefinitionReply>;
  const feeding = taskPartsOver(base);
  const rights = askedRights((request) => call("roles", request), base.builtIn);
  const world = awsWorld(base, {
    rights,
    tasks: new AwsTaskQueues(feeding),
    backends: backendsOver(base, region, start, register),
    streamOf: streamsOver(base),
  });
  return {
    ...{ ...ground, world, feeding, book: new LaunchBook(world.store) },
    records: (url) => ({ client: clients.sqs, url, log: world.log }),
  };
}
