// Turns what is placed into calls to backends, safe to repeat. What then happens comes back to observe.ts.
import { type InstanceId, instanceName } from "#shared/instance.ts";
import type { LaunchMessage } from "#shared/message.ts";
import { type Placement, placedGeneration } from "#shared/placement.ts";
import type { Backend, LaunchReply, LaunchRequest } from "./backend.ts";
import { launchedTogether } from "./gang-request.ts";
import { Items } from "./instances.ts";
import { note } from "./note.ts";
import { type Instance, keys, read } from "./records.ts";
import { requestOf } from "./request.ts";
import { observeEnd, stop, windUp } from "./stop.ts";
import type { Key } from "./store.ts";
import type { World } from "./world.ts";

type Start = Extract<LaunchMessage, { kind: "start" }>;

/** When a backend had no room after all, it is asked again after so long each time; from then on the sweep asks. */
const NO_ROOM_SECONDS = [2, 4, 8, 16];

export async function launch(world: World, messages: readonly LaunchMessage[]): Promise<void> {
  const told = messages.filter((message) => message.kind === "stop");
  const stops = new Set(told.filter(({ gang }) => !gang).map(({ executionId }) => executionId));
  const starts = messages.filter((message) => message.kind === "start");
  await start(
    world,
    starts.filter((message) => !stops.has(message.executionId)),
  );
  await Promise.all([...stops].map((executionId) => stop(world, executionId)));
  for (const { executionId, gang } of told) if (gang) await windUp(world, executionId, gang);
}

async function start(world: World, starts: readonly Start[]): Promise<void> {
  const wanted = [...new Map(starts.flatMap(instancesOf).map((id) => [nameOf(id), id])).values()];
  const items = await Items.read(world, wanted.flatMap(keysOf));
  const found = await Promise.all(wanted.map((id) => prepare(world, items, id)));
  const requests = found.filter((one) => one !== undefined);
  await placeQueues(world, requests);
  for (const backend of world.backends) {
    const own = requests.filter((one) => one.backend === backend.name).map((one) => one.request);
    // Of a gang all are asked for, or nothing: the same call each time it is repeated.
    const whole = launchedTogether(own).filter(isWhole).flat();
    if (whole.length > 0) await startOn(world, backend, whole, triesOf(starts));
  }
}

type Tries = (id: InstanceId) => number;

function triesOf(starts: readonly Start[]): Tries {
  const tries = new Map(
    starts.flatMap((one) => instancesOf(one).map((id) => [nameOf(id), one.tries ?? 0])),
  );
  return (id) => tries.get(nameOf(id)) ?? 0;
}

/** Workers lease as soon as they start. */
async function placeQueues(
  world: World,
  requests: readonly { readonly request: LaunchRequest }[],
): Promise<void> {
  const working = requests.filter(({ request }) => request.service.run === "worker");
  const ids = new Set(working.map(({ request }) => request.instance.executionId));
  for (const executionId of ids) await world.tasks.place?.(executionId);
}

const nameOf = (id: InstanceId) => `${id.executionId}/${instanceName(id)}`;

const isWhole = (group: readonly LaunchRequest[]) => group.length >= (group[0]?.gang?.nodes ?? 1);

function instancesOf({ executionId, service, from, to, generation }: Start): InstanceId[] {
  return Array.from({ length: to - from }, (_, n) => ({
    executionId,
    service,
    index: from + n,
    generation,
  }));
}

function keysOf(id: InstanceId): Key[] {
  const { executionId, service } = id;
  return [
    keys.execution(executionId),
    keys.spec(executionId),
    keys.placement(executionId, service),
    keys.instance(id),
  ];
}

/** Undefined when there is nothing to start: it runs or ended already, its turn has not come, or its execution is over. */
async function prepare(
  world: World,
  items: Items,
  id: InstanceId,
): Promise<{ backend: string; request: LaunchRequest } | undefined> {
  const [execution, spec, placement, record] = keysOf(id).map((key) => items.get(key));
  if (execution === undefined || spec === undefined || placement === undefined) return undefined;
  const { state, stop } = read.execution(execution);
  if (state === "ending" || state === "ended" || stop !== undefined) return undefined;
  const held = read.placement(placement);
  const instance = record && read.instance(record);
  const isPlaced =
    instance === undefined
      ? id.generation === placedGeneration(held)
      : isStartable(instance) || (held.gang !== undefined && instance.state === "running");
  if (!held.ready || held.stopped || id.index >= held.next || !isPlaced) return undefined;
  if (held.gang?.verdict !== undefined || isComplete(held)) return undefined;
  return {
    backend: held.backend,
    request: await requestOf(world, read.execution(execution), read.spec(spec), id),
  };
}

const isComplete = ({ gang, running, count }: Placement) => gang !== undefined && running >= count;

const isStartable = ({ state }: Instance) => state === "placed" || state === "launching";

async function startOn(
  world: World,
  backend: Backend,
  requests: readonly LaunchRequest[],
  triesOf: Tries,
): Promise<void> {
  const replies = await backend.launch(requests);
  tellNoRoom(world, backend, replies);
  await Promise.all(
    replies.map((reply, position) => {
      const request = requests[position];
      return request === undefined
        ? undefined
        : settleReply(world, backend, request, { reply, tries: triesOf(request.instance) });
    }),
  );
}

/** One line for each reason, however many it kept from starting. */
function tellNoRoom(world: World, { name }: Backend, replies: readonly LaunchReply[]): void {
  const reasons = new Map<string, number>();
  for (const reply of replies)
    if (reply.kind === "noRoom") reasons.set(reply.reason, (reasons.get(reply.reason) ?? 0) + 1);
  for (const [reason, count] of reasons)
    world.log.info("Not started yet; it is asked again soon.", { backend: name, reason, count });
}

async function settleReply(
  world: World,
  backend: Backend,
  { instance, gang }: LaunchRequest,
  { reply, tries }: { readonly reply: LaunchReply; readonly tries: number },
): Promise<void> {
  switch (reply.kind) {
    case "launched":
      if (!backend.capabilities.remembers)
        await note(world, instance, "launching", reply.backendId);
      return;
    case "noRoom":
      return gang !== undefined && gang.node > 0
        ? undefined
        : askAgain(world, { instance, count: gang?.nodes ?? 1, tries });
    case "rejected":
      return observeEnd(world, [instance], { kind: "rejected", reason: reply.reason });
    case "unknown":
      return note(world, instance, "unknown");
  }
}

interface Again {
  readonly instance: InstanceId;
  readonly count: number;
  readonly tries: number;
}

/** Node 0 asks for its whole gang. */
async function askAgain(world: World, { instance, count, tries }: Again): Promise<void> {
  const delaySeconds = NO_ROOM_SECONDS[tries];
  if (delaySeconds === undefined) return;
  const { index, ...id } = instance;
  const message = {
    kind: "start",
    ...id,
    from: index,
    to: index + count,
    tries: tries + 1,
  } as const;
  await world.queues.launch.send([message], { delaySeconds });
}
