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
import { streamsOver } from "./streams.ts";
import { tasksOver } from "./tasks.ts";
import { awsWorld } from "./world.ts";

export interface Hosted {
  readonly env: AwsEnv;
  readonly region: string;
  readonly clients: AwsClients;
  readonly start: StartClients;
  readonly world: World;
  readonly book: LaunchBook;
  /** The queue that wakes it. */
  readonly records: (url: string) => RecordsHost;
}

export async function hosted(name: AwsFunction): Promise<Hosted> {
  const env = readEnv();
  const clients = awsClients();
  const start = startClients();
  const region = await clients.dynamodb.config.region();
  const call = { region, credentials: () => clients.dynamodb.config.credentials(), now: Date.now };
  const register = (request: DefinerRequest) =>
    invoke(call, functionName(env.ZOE_STACK, "definer"), request) as Promise<DefinitionReply>;
  const parts = {
    tasks: tasksOver,
    backends: (base: Parameters<typeof backendsOver>[0]) =>
      backendsOver(base, region, start, register),
    streamOf: streamsOver,
  };
  const world = awsWorld(env, clients, parts, { host: `${name}-${crypto.randomUUID()}` });
  return {
    ...{ env, region, clients, start, world, book: new LaunchBook(world.store) },
    records: (url) => ({ client: clients.sqs, url, log: world.log }),
  };
}
