// The whole AWS body over the double: the functions of functions/aws/woken, real clients of the SDK, Lambda that wakes them, and an account that plays.
import { BatchClient } from "@aws-sdk/client-batch";
import { ECSClient } from "@aws-sdk/client-ecs";
import { IAMClient } from "@aws-sdk/client-iam";
import { SQSClient } from "@aws-sdk/client-sqs";
import { handle } from "hono/aws-lambda";
import { awsApi } from "#functions/aws/api.ts";
import { awsClients } from "#functions/aws/clients.ts";
import { type DefinerRequest, define } from "#functions/aws/definer.ts";
import { readEnv } from "#functions/aws/env.ts";
import { type Hosted, hostedOn } from "#functions/aws/hosted.ts";
import { wokenFeed } from "#functions/aws/woken/feed.ts";
import { wokenLaunch } from "#functions/aws/woken/launch.ts";
import { wokenObserve } from "#functions/aws/woken/observe.ts";
import { calledRoles } from "#functions/aws/woken/roles.ts";
import { wokenSchedule } from "#functions/aws/woken/schedule.ts";
import { FIRST_TENANT, firstStart } from "#functions/first-start.ts";
import { sweep } from "#functions/sweep.ts";
import { AWS_FUNCTIONS, type AwsFunction } from "#shared/aws-names.ts";
import type { AwsEnv } from "#shared/env.ts";
import { REGION } from "#test/aws/aws.ts";
import type { Invoked } from "#test/aws/lambda/function.ts";
import { Lambda } from "#test/aws/lambda.ts";
import type { RecordedCall } from "#test/aws/recorder.ts";
import { type Api, apiOf } from "./api.ts";
import { type Cloud, type CloudOptions, openCloud } from "./cloud.ts";
import { MAPPINGS, roleOf, storyEnvironment, TIMEOUTS } from "./settings.ts";

export interface StandOptions extends Omit<CloudOptions, "env" | "cast"> {
  /** What plays in the containers; it may need the stand itself. */
  readonly cast: (cloud: Cloud) => CloudOptions["cast"];
  readonly environment?: Readonly<Record<string, string>>;
  /** Invocations at once in the account. */
  readonly concurrency?: number;
  /** Of the SDK's client for Batch: one, as built. */
  readonly batchAttempts?: number;
  readonly record?: (call: RecordedCall) => void;
  /** Lines of the functions' logs. */
  readonly write?: (line: string) => void;
}

export interface Stand extends Cloud {
  readonly env: AwsEnv;
  readonly lambda: Lambda;
  readonly functions: Readonly<Record<AwsFunction, Hosted>>;
  readonly api: Api;
  /** Of the first tenant's administrator. */
  readonly token: string;
  close(): Promise<void>;
}

type Handler = (event: never) => Promise<unknown>;

export async function openStand(options: StandOptions): Promise<Stand> {
  const env = readEnv(storyEnvironment(options.environment));
  let play: CloudOptions["cast"] = () => {};
  const cloud = await openCloud({ ...options, env, cast: (group, stage) => play(group, stage) });
  const { aws, sqs } = cloud;
  play = options.cast(cloud);
  if (options.record) aws.recorder = options.record;
  const lambda = new Lambda({
    ...{ clock: options.clock, sqs, log: platformLog(options) },
    ...(options.concurrency !== undefined && { concurrency: options.concurrency }),
  });
  const handlers = new Map<AwsFunction, Handler>();
  const functionOf = (name: AwsFunction) => ({
    name,
    handler: handlers.get(name) ?? (() => Promise.reject(new Error(`There is no ${name}.`))),
    timeoutSeconds: TIMEOUTS[name],
    client: new SQSClient(aws.client(roleOf(name), { maxAttempts: 6 })),
    recursiveLoop: "Allow" as const,
  });
  const calling = new Calling(cloud, lambda, functionOf);
  const functions = Object.fromEntries(
    AWS_FUNCTIONS.map((name) => [name, hostedBy(name, env, cloud, calling, options)]),
  ) as Record<AwsFunction, Hosted>;
  for (const [name, handler] of Object.entries(handlersOf(functions, cloud)))
    handlers.set(name as AwsFunction, handler);
  let token = "";
  await firstStart(functions.api.world, async (secret) => {
    token = secret;
  });
  await functions.api.world.rights?.prepareTenant(FIRST_TENANT);
  for (const [name, { queue, ...mapping }] of Object.entries(MAPPINGS))
    lambda.map(functionOf(name as AwsFunction), cloud.queue(queue), {
      ...{ ...mapping, reportBatchItemFailures: true },
    });
  const rest = cloud.events.everyMinute("EveryMinute", (event) => {
    void lambda.invoke(functionOf("sweep"), event);
  });
  return {
    ...{ ...cloud, env, lambda, functions, token },
    api: apiOf((event) => lambda.invoke(functionOf("api"), event), token),
    async close() {
      rest();
      await lambda.close();
    },
  };
}

/** What Lambda itself writes beside a function's lines. */
function platformLog({ write = () => {} }: StandOptions) {
  return (name: string, { kind }: Invoked) => {
    if (kind !== "answered")
      write(`${JSON.stringify({ type: "platform.report", name, status: kind })}\n`);
  };
}

function hostedBy(
  name: AwsFunction,
  env: AwsEnv,
  { aws }: Cloud,
  calling: Calling,
  { clock, batchAttempts = 1, write = () => {} }: StandOptions,
): Hosted {
  const role = roleOf(name);
  const pause = (ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve) => {
      const end = () => {
        cancel();
        signal?.removeEventListener("abort", end);
        resolve();
      };
      const cancel = clock.after(ms, end);
      signal?.addEventListener("abort", end);
    });
  return hostedOn({
    ...{ env, region: REGION, call: (other, payload) => calling.call(name, other, payload) },
    clients: awsClients(aws.client(role, { maxAttempts: 6 })),
    start: {
      ecs: new ECSClient(aws.client(role)),
      // As startClients() has it: a job has no token to be known by.
      batch: new BatchClient(aws.client(role, { maxAttempts: batchAttempts })),
    },
    host: { host: `${name}-1`, now: () => clock.now(), pause, write },
  });
}

function handlersOf(
  functions: Readonly<Record<AwsFunction, Hosted>>,
  { aws }: Cloud,
): Readonly<Record<AwsFunction, Handler>> {
  const { api, schedule, launch, observe, feed, definer, roles } = functions;
  const answer = handle(awsApi(api.world));
  return {
    api: (event) => answer(event, {} as never) as Promise<unknown>,
    schedule: wokenSchedule(schedule),
    launch: wokenLaunch(launch),
    observe: wokenObserve(observe),
    feed: wokenFeed(feed),
    sweep: () => sweep(functions.sweep.world),
    definer: (request: DefinerRequest) => define(definer.start, request),
    roles: calledRoles(roles, new IAMClient(aws.client(roleOf("roles")))),
  };
}

/** Lambda's Invoke, as the functions ask for it: recorded as the call that it is. */
class Calling {
  readonly #cloud: Cloud;
  readonly #lambda: Lambda;
  readonly #functionOf: (name: AwsFunction) => Parameters<Lambda["invoke"]>[0];

  constructor(
    cloud: Cloud,
    lambda: Lambda,
    functionOf: (name: AwsFunction) => Parameters<Lambda["invoke"]>[0],
  ) {
    this.#cloud = cloud;
    this.#lambda = lambda;
    this.#functionOf = functionOf;
  }

  async call(from: AwsFunction, to: AwsFunction, payload: object): Promise<unknown> {
    const { aws } = this.#cloud;
    const input = { FunctionName: `zoe-${to}`, Payload: payload };
    const about = { at: aws.clock.now(), service: "lambda", operation: "Invoke", input };
    const invoked = await this.#lambda.invoke(this.#functionOf(to), payload);
    const output = {
      StatusCode: 200,
      Payload: "answer" in invoked ? (invoked.answer ?? null) : null,
    };
    aws.recorder?.({ ...about, principal: roleOf(from), output });
    if (invoked.kind === "answered") return invoked.answer;
    throw Object.assign(new Error(`zoe-${to}: ${invoked.kind}`), {
      cause: "error" in invoked ? invoked.error : undefined,
      $metadata: { httpStatusCode: invoked.kind === "throttled" ? 429 : 500 },
    });
  }
}
