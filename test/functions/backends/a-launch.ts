// One valid launch request of each kind, to be bent; and the stack they are launched in.
import type { LaunchRequest } from "#functions/backend.ts";
import type { Bundle } from "#functions/backends/bundle.ts";
import type { Site } from "#functions/backends/site.ts";
import type { InstanceId } from "#shared/instance.ts";
import { slotsOf } from "#shared/zapp/slots.ts";
import type { GangService, Service } from "#shared/zapp.ts";

export const SITE: Site = {
  ...{ stack: "zoe", region: "us-east-1", account: "123456789012" },
  cluster: "arn:aws:ecs:us-east-1:123456789012:cluster/zoe",
  ...{ subnets: ["subnet-0aa", "subnet-0bb"], securityGroup: "sg-0closed" },
  executionRole: "arn:aws:iam::123456789012:role/zoe/zoe/execution",
  ...{ logGroup: "/zoe/zoe/programs", bucket: "zoe-bucket", workTable: "zoe-work" },
  sidecarImage: "123456789012.dkr.ecr.us-east-1.amazonaws.com/zoe:sidecar",
  images: { "zoe/classifier": "123456789012.dkr.ecr.us-east-1.amazonaws.com/zoe:classifier" },
};

export const TASK_ROLE = "arn:aws:iam::123456789012:role/zoe/zoe/task/zoe_r_1";

const KINDS: Readonly<Record<Service["run"], object>> = {
  once: { count: 1 },
  array: { count: 100, tolerate: { count: 0 } },
  gang: { nodes: 4, count: 4, ranks: { total: 7 }, startWithinSeconds: 600, onLostNode: "restart" },
  worker: { queue: "tasks", count: { min: 0, max: 40 }, backlogPerWorker: 10, idleSeconds: 20 },
  forever: { count: { essential: 1, total: 1 }, ports: [] },
};

export interface LaunchBend extends Partial<Omit<LaunchRequest, "instance" | "service">> {
  readonly run?: Service["run"];
  readonly instance?: Partial<InstanceId>;
  readonly service?: object;
}

export function aLaunch(bend: LaunchBend = {}): LaunchRequest {
  const { instance, service, run = "once", ...rest } = bend;
  const id = { executionId: "exe_01J", service: "main", index: 0, generation: 1, ...instance };
  const whole = {
    ...{ run, ...KINDS[run], name: id.service, image: "zoe/classifier" },
    command: { kind: "exec", words: ["node", "main.ts"] },
    ...{ environment: {}, secrets: {}, files: {}, inputs: [], outputs: [] },
    resources: { cpu: 1, memoryMib: 2048, gpu: 0 },
    ...{ capacity: "on-demand", volumes: [], needs: [], after: [], pull: "pinned" },
    retry: { attempts: 1, backoffSeconds: 0, on: [], exits: [] },
    ...service,
  } as unknown as Service;
  return {
    ...{ instance: id, tenant: "physics", user: "ada", zapp: "sorter" },
    environment: { ZOE_PARAM_MODEL: "large" },
    ...(whole.run === "gang" && { gang: aGang(whole, id) }),
    ...rest,
    service: whole,
  };
}

function aGang(service: GangService, { executionId, index }: InstanceId): LaunchRequest["gang"] {
  const { count, startWithinSeconds } = service;
  const secret = `${executionId}.gang.secret`;
  return { node: index, nodes: count, slots: slotsOf(service), startWithinSeconds, secret };
}

/** Copies of a request with the indices from `from` on. */
export function aBundle(bend: LaunchBend = {}, { from = 0, size = 1, attempt = 1 } = {}): Bundle {
  const requests = Array.from({ length: size }, (_, n) =>
    aLaunch({ ...bend, instance: { ...bend.instance, index: from + n } }),
  );
  const [first, ...others] = requests;
  if (first === undefined) throw new Error("A bundle has at least one request.");
  const { executionId, service, generation } = first.instance;
  return { executionId, service, generation, from, size, attempt, requests: [first, ...others] };
}
