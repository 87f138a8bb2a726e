// ECS and Batch over the double, as the backend contract opens them: real clients, real definer, and a sidecar that is played.
import { BatchClient } from "@aws-sdk/client-batch";
import { ECSClient } from "@aws-sdk/client-ecs";
import { define } from "#functions/aws/definer.ts";
import type { LaunchRequest } from "#functions/backend.ts";
import { AwsBackend } from "#functions/backends/aws-backend.ts";
import { BridgeEvent, happeningOf, instanceEvents } from "#functions/backends/aws-events.ts";
import { BatchFamily } from "#functions/backends/batch/family.ts";
import { EcsFamily } from "#functions/backends/ecs/family.ts";
import type { Family } from "#functions/backends/family.ts";
import { Governor } from "#functions/backends/governor.ts";
import { KnownDefinitions } from "#functions/backends/known-definitions.ts";
import { LaunchBook } from "#functions/backends/launch-book.ts";
import { keepRole, StoredRoles } from "#functions/backends/stored-roles.ts";
import { memoryObjects } from "#local/objects/memory-objects.ts";
import { memoryStore } from "#local/store/memory-store.ts";
import { AD_HOC, BATCH_QUEUES, batchQueueName } from "#shared/aws-names.ts";
import { EXIT, InstanceSpec, SPEC_IN_BUCKET } from "#shared/container-group.ts";
import type { InstanceId } from "#shared/instance.ts";
import type { Capabilities } from "#shared/pool.ts";
import { Aws } from "#test/aws/aws.ts";
import { type Batch, type BatchOptions, batch } from "#test/aws/batch.ts";
import { type Clock, hastyClock } from "#test/aws/clock.ts";
import { type Ecs, type EcsOptions, ecs } from "#test/aws/ecs.ts";
import type { Group, BridgeEvent as RawEvent, Stage } from "#test/aws/stage.ts";
import { NOON } from "#test/builders.ts";
import { EventLog, type Play } from "#test/contract/backend.ts";
import { SITE, TASK_ROLE } from "./a-launch.ts";

export const MOST = { instances: 1000, cpu: 50, memoryMib: 200_000, gpu: 8 };

export interface AwsBodyOptions {
  readonly clock?: Clock;
  readonly ecs?: Partial<EcsOptions>;
  readonly batch?: Partial<BatchOptions>;
  /** When the tenant's role was made; none: it is not there yet. */
  readonly roleAt?: number | "never";
}

export type AwsBody = ReturnType<typeof openAwsBody>;

export function openAwsBody(engine: "ecs" | "batch", options: AwsBodyOptions = {}) {
  const { clock = hastyClock(NOON), roleAt = 0 } = options;
  const now = () => clock.now();
  const store = memoryStore({ now });
  const files = memoryObjects({ now });
  const book = new LaunchBook(store);
  const events = new EventLog();
  const raw: RawEvent[] = [];
  const plays = new Map<string, Play>();
  const stages = new Map<string, Stage>();
  const told: Promise<void>[] = [];
  const onEvent = (event: RawEvent) => {
    raw.push(event);
    told.push(tell(event, book, events));
  };
  const cast = (group: Group, stage: Stage) =>
    void perform(group, stage, { plays, stages, files, clock });
  const common = { clock, cast, onEvent };
  const doubles: { readonly ecs: Ecs; readonly batch: Batch } = {
    ecs: ecs({ ...common, clusters: ["zoe"], ...options.ecs }),
    batch: batch({
      ...{ ...common, queues: BATCH_QUEUES.map((queue) => batchQueueName("zoe", queue)) },
      ...options.batch,
    }),
  };
  const aws = new Aws({ services: [doubles.ecs.service, doubles.batch.service], clock });
  const clients = {
    ecs: new ECSClient(aws.client("arn:aws:iam::123456789012:role/launch")),
    batch: new BatchClient(aws.client("arn:aws:iam::123456789012:role/launch", { maxAttempts: 1 })),
  };
  const sleep = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve));
  const governor = new Governor({ perSecond: 20, burst: 50, now, sleep });
  const shared = { site: SITE, governor, now };
  const family: Family =
    engine === "ecs"
      ? new EcsFamily({
          ...{ ...shared, client: clients.ecs, capabilities: capabilities("ecs") },
          definitions: new KnownDefinitions(store, (input) =>
            define(clients, { kind: "task", input }),
          ),
          securityGroupOf: async () => SITE.securityGroup,
        })
      : new BatchFamily({
          ...{ ...shared, client: clients.batch, capabilities: capabilities("batch") },
          definitions: new KnownDefinitions(store, (input) =>
            define(clients, { kind: "job", input }),
          ),
        });
  let secrets = 0;
  const roles = new StoredRoles(store, now);
  const parts = { family, book, roles, files, now, newSecret: () => `secret${++secrets}` };
  const backend = new AwsBackend(parts);
  const ready = roleAt === "never" ? Promise.resolve() : prepareRoles(store, roleAt);
  return {
    ...{ backend, family, book, store, events, raw, aws, clock, files, ready, ...{ doubles } },
    /** Everything that AWS told so far has reached the log. */
    told: () => Promise.all(told),
    /** Its host goes; node 0's sidecar hears it, and ends what is left. */
    loseNode: (node: InstanceId) => {
      doubles.batch.jobs.at(-1)?.children[node.index - 1]?.loseHost();
      const exitCodes = { enter: 0, program: 115, sidecar: EXIT.lostNode };
      stages.get(nameOf({ ...node, index: 0 }))?.end({ exitCodes });
    },
    as: (request: LaunchRequest, play: Play) => {
      plays.set(nameOf(request.instance), play);
      return request;
    },
    close: async () => {
      await Promise.all(told);
    },
  };
}

async function prepareRoles(store: ReturnType<typeof memoryStore>, at: number): Promise<void> {
  for (const zapp of ["sorter", AD_HOC])
    await keepRole(store, { tenant: "physics", zapp }, { arn: TASK_ROLE, at });
}

function capabilities(engine: "ecs" | "batch"): Capabilities {
  return {
    ...{
      engine,
      capacity: MOST,
      largest: { instances: 1, cpu: 16, memoryMib: 120 * 1024, gpu: 0 },
    },
    runs: engine === "ecs" ? ["once", "worker", "forever"] : ["once", "array", "gang", "worker"],
    ...{ features: ["images"], remembers: true, catalogueOnly: false },
  };
}

async function tell(raw: RawEvent, book: LaunchBook, log: EventLog): Promise<void> {
  const happening = happeningOf(BridgeEvent.parse(JSON.parse(JSON.stringify(raw))));
  if (happening !== undefined) log.add(...(await instanceEvents(happening, book)));
}

interface Props {
  readonly plays: ReadonlyMap<string, Play>;
  readonly stages: Map<string, Stage>;
  readonly files: ReturnType<typeof memoryObjects>;
  readonly clock: Clock;
}

/** What enter, program and sidecar would do. */
async function perform(
  group: Group,
  stage: Stage,
  { plays, stages, files, clock }: Props,
): Promise<void> {
  const enter = group.containers.find(({ name }) => name === "enter")?.environment ?? {};
  const spec = await specOf(enter.ZOE_SPEC ?? "", files);
  const offset = Number(enter.AWS_BATCH_JOB_ARRAY_INDEX ?? enter.AWS_BATCH_JOB_NODE_INDEX ?? 0);
  const name = nameOf({ ...spec, index: spec.index + offset });
  const play = plays.get(name) ?? { does: "succeed" };
  stages.set(name, stage);
  const end = (program: number, sidecar = program) =>
    stage.end({ exitCodes: { enter: 0, program, sidecar } });
  if (spec.maxTimeSeconds !== undefined)
    clock.after(spec.maxTimeSeconds * 1000, () => end(137, EXIT.timedOut));
  switch (play.does) {
    case "succeed":
      return end(0);
    case "fail":
      return end(play.exitCode);
    case "ignoreStops":
      return stage.onStop(() => {});
    case "stay":
    case "takeMemory":
      return stage.onStop(() => end(143));
  }
}

async function specOf(text: string, files: Props["files"]): Promise<InstanceSpec> {
  if (!text.startsWith(SPEC_IN_BUCKET)) return InstanceSpec.parse(JSON.parse(text));
  const found = await files.get(text.slice(SPEC_IN_BUCKET.length));
  const bytes = (await found?.bytes()) ?? new Uint8Array();
  return InstanceSpec.parse(JSON.parse(new TextDecoder().decode(bytes)));
}

const nameOf = (id: { executionId: string; service: string; index: number; generation: number }) =>
  `${id.executionId}/${id.service}/${id.index}/${id.generation}`;
