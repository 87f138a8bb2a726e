// What the event queue brings: EventBridge's events of ECS and Batch, our own events of instances, and ticks, told apart by their shape.
import type { InstanceEvent } from "#functions/backend.ts";
import {
  BridgeEvent,
  happeningOf,
  instanceEvents,
  latest,
  type ToldOf,
} from "#functions/backends/aws-events.ts";
import type { LaunchBook } from "#functions/backends/launch-book.ts";
import { observe } from "#functions/observe.ts";
import { tick } from "#functions/tick.ts";
import type { World } from "#functions/world.ts";
import type { TickMessage } from "#shared/message.ts";
import { lookAgainSoon } from "./look-again.ts";

type Shape =
  | { readonly is: "bridge"; readonly event: BridgeEvent }
  | { readonly is: "instance"; readonly event: InstanceEvent }
  | { readonly is: "tick"; readonly executionId: string }
  | { readonly is: "other" };

export interface ObservingOptions {
  /** Told of each execution that was looked at. */
  readonly looked?: (executionId: string) => Promise<void>;
  readonly toldOf?: ToldOf;
}

/** Positions of the messages that failed; those that say nothing to us are done. */
export async function observeMessages(
  world: World,
  book: LaunchBook,
  messages: readonly unknown[],
  { looked = async () => {}, toldOf }: ObservingOptions = {},
): Promise<number[]> {
  const shapes = messages.map(shapeOf);
  const others = shapes.filter(({ is }) => is === "other").length;
  if (others > 0) world.log.warn("Events that mean nothing to an instance.", { count: others });
  const origins: number[] = [];
  const events: InstanceEvent[] = [];
  const newest = new Set(latest(shapes.flatMap((one) => (one.is === "bridge" ? [one.event] : []))));
  for (const [position, shape] of shapes.entries())
    for (const event of await eventsOf(shape, newest, book, toldOf)) {
      origins.push(position);
      events.push(event);
    }
  const failed = new Set((await observe(world, events)).map((at) => origins[at] ?? 0));
  await tickAll(world, shapes, failed, looked);
  return [...failed];
}

async function eventsOf(
  shape: Shape,
  newest: ReadonlySet<BridgeEvent>,
  book: LaunchBook,
  toldOf: ToldOf | undefined,
): Promise<InstanceEvent[]> {
  if (shape.is === "instance") return [shape.event];
  if (shape.is !== "bridge" || !newest.has(shape.event)) return [];
  const happening = happeningOf(shape.event);
  return happening === undefined ? [] : instanceEvents(happening, book, toldOf);
}

/** Many wake-ups of one execution are one look. */
async function tickAll(
  world: World,
  shapes: readonly Shape[],
  failed: Set<number>,
  looked: NonNullable<ObservingOptions["looked"]>,
): Promise<void> {
  const waiting = new Map<string, number[]>();
  for (const [position, shape] of shapes.entries())
    if (shape.is === "tick")
      waiting.set(shape.executionId, [...(waiting.get(shape.executionId) ?? []), position]);
  for (const [executionId, positions] of waiting)
    try {
      await tick(world, executionId);
      await lookAgainSoon(world, executionId);
      await looked(executionId);
    } catch (error) {
      world.log.error("An execution is looked at again later.", { executionId, error });
      for (const position of positions) failed.add(position);
    }
}

function shapeOf(message: unknown): Shape {
  const bridge = BridgeEvent.safeParse(message);
  if (bridge.success) return { is: "bridge", event: bridge.data };
  const { kind, instance, executionId } = (message ?? {}) as Partial<InstanceEvent & TickMessage>;
  if (kind !== undefined && instance !== undefined)
    return { is: "instance", event: message as InstanceEvent };
  return typeof executionId === "string" ? { is: "tick", executionId } : { is: "other" };
}
