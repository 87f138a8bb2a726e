// What the containers of a bundle are told: as little as possible in the request, the rest in a file of the bucket. Pure.
import type { LaunchRequest } from "#functions/backend.ts";
import { AD_HOC, tenantPrefix } from "#shared/aws-names.ts";
import {
  FOLDERS,
  type InstanceSpec,
  RUNTIME_PORT,
  SPEC_IN_BUCKET,
  SPEC_VARIABLE,
  type Start,
} from "#shared/container-group.ts";
import type { Service } from "#shared/zapp/service.ts";
import { wordsOf } from "#shared/zapp/words.ts";
import type { Bundle } from "./bundle.ts";
import { hashOf } from "./content-name.ts";

/** What goes into a request for each container. */
export interface Told {
  readonly enter: Readonly<Record<string, string>>;
  readonly program: {
    readonly command?: readonly string[];
    readonly environment: Readonly<Record<string, string>>;
  };
  /** To be in the bucket before the request is sent. */
  readonly file?: { readonly key: string; readonly content: string };
}

/** Which of the three ways is taken: the shortest that fits. */
type Way = "request" | "spec" | "file";

/** Undefined when no way fits: `length` says how long the request is in characters, `most` how long it may be. */
export function tell(
  bundle: Bundle,
  secret: string,
  { length, most }: { readonly length: (told: Told) => number; readonly most: number },
): Told | { readonly refusal: string } {
  const [first] = bundle.requests;
  const ways: readonly Way[] = needsStart(bundle) ? ["spec", "file"] : ["request", "spec", "file"];
  for (const way of ways) {
    const told = toldBy(way, bundle, secret);
    if (told === undefined)
      return {
        refusal: `${first.service.name} has no \`command\`, and what it is told is too long to reach it without one: state its command.`,
      };
    if (length(told) <= most) return told;
  }
  return {
    refusal: `What ${first.service.name} is told is longer than the ${most} characters that AWS takes with a request.`,
  };
}

/** Copies of one request are told apart by what only `enter` can find out: their number, and who the other nodes are. */
function needsStart({ requests: [{ service }], size }: Bundle): boolean {
  return service.run === "gang" || (size > 1 && service.run !== "worker");
}

function toldBy(way: Way, bundle: Bundle, secret: string): Told | undefined {
  const [first] = bundle.requests;
  const starts = way === "request" ? [] : startsOf(bundle, secret);
  if (starts === undefined) return undefined;
  const spec = JSON.stringify(specOf(bundle, secret, starts));
  const program =
    way === "request"
      ? directProgram(first, secret)
      : { command: ["/bin/sh", FOLDERS.start], environment: {} };
  if (way !== "file") return { enter: { [SPEC_VARIABLE]: spec }, program };
  const key = `${tenantPrefix(first.tenant)}${zappOf(first)}/launches/${first.instance.executionId}/${hashOf(spec)}.json`;
  return {
    enter: { [SPEC_VARIABLE]: `${SPEC_IN_BUCKET}${key}` },
    program,
    file: { key, content: spec },
  };
}

function directProgram(request: LaunchRequest, secret: string): Told["program"] {
  const { command } = request.service;
  return {
    ...(command !== undefined && { command: wordsOf(command) }),
    environment: environmentOf(request, secret),
  };
}

/** One for all when they do not differ; undefined when there is nothing that could be started by a script. */
function startsOf({ requests }: Bundle, secret: string): Start[] | undefined {
  const starts: Start[] = [];
  for (const request of requests) {
    const { command } = request.service;
    if (command === undefined) return undefined;
    starts.push({ command, environment: environmentOf(request, secret, false) });
  }
  return onceIfSame(starts);
}

function specOf(bundle: Bundle, secret: string, starts: readonly Start[]): InstanceSpec {
  const [{ service, tenant }] = bundle.requests;
  const { executionId, generation, from, size } = bundle;
  const zapp = zappOf(bundle.requests[0]);
  return {
    ...{ executionId, generation, index: from, size, tenant, zapp, secret },
    ...{ service: service.name, run: service.run, isFenced: service.run !== "worker" },
    ...(service.run === "worker" && { worker: workerOf(service) }),
    ...gangOf(bundle),
    ...(service.maxTimeSeconds !== undefined && { maxTimeSeconds: service.maxTimeSeconds }),
    stages: onceIfSame(bundle.requests.map(({ service }) => stageOf(service))),
    starts: [...starts],
  };
}

const zappOf = ({ zapp, isAdHoc }: LaunchRequest) => (isAdHoc ? AD_HOC : zapp);

function workerOf(service: Extract<Service, { run: "worker" }>): InstanceSpec["worker"] {
  const { queue, idleSeconds, maxTasks, retireAfterSeconds, count } = service;
  return {
    ...{ queue, idleSeconds },
    ...(count.min > 0 && { mustStay: true }),
    ...(maxTasks !== undefined && { maxTasks }),
    ...(retireAfterSeconds !== undefined && { retireAfterSeconds }),
  };
}

function gangOf({ requests: [{ gang, service }] }: Bundle): Pick<InstanceSpec, "gang"> {
  if (gang === undefined || service.run !== "gang") return {};
  const { prepare, finish } = service;
  return {
    gang: {
      ...{ slots: [...gang.slots], startWithinSeconds: gang.startWithinSeconds },
      ...(prepare && { prepare }),
      ...(finish && { finish }),
    },
  };
}

function stageOf({ inputs, outputs, files }: Service): InstanceSpec["stages"][number] {
  return { inputs: [...inputs], outputs: [...outputs], files: { ...files } };
}

/**
 * What says where it is and who it is can't be overridden. What depends on its number (`ZOE_INSTANCE`, `ZOE_ARRAY_INDEX`, a node's rank) is
 * added by `enter` where it starts the program.
 */
function environmentOf(
  { instance, service, environment }: LaunchRequest,
  secret: string,
  isNumbered = true,
): Record<string, string> {
  return {
    ...{ HOME: FOLDERS.home, TMPDIR: FOLDERS.tmp },
    ...environment,
    ...{ ZOE_WORK_DIR: FOLDERS.work, ZOE_OUTPUT_DIR: FOLDERS.out, ZOE_CACHE_DIR: FOLDERS.cache },
    ...{ ZOE_EXECUTION_ID: instance.executionId, ZOE_SERVICE: instance.service },
    ZOE_GENERATION: String(instance.generation),
    ...(isNumbered && service.run !== "worker" && { ZOE_INSTANCE: String(instance.index) }),
    ...(isNumbered && service.run === "array" && { ZOE_ARRAY_INDEX: String(instance.index) }),
    ZOE_RUNTIME_API: `http://127.0.0.1:${RUNTIME_PORT}/${secret}`,
  };
}

function onceIfSame<T>(items: readonly T[]): T[] {
  const [first, ...others] = items.map((item) => JSON.stringify(item));
  return others.every((other) => other === first) ? items.slice(0, 1) : [...items];
}
