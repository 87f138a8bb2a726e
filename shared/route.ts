// What a result becomes: the tasks it puts into further queues, by the routes of its queue. Recorded together with the result by the task queues.
import { stepsOf } from "./fault.ts";
import type { Route } from "./zapp.ts";

/** A task with its result; `input` (its payload) and `output` as JSON text, so that they are only parsed where a route looks into them. */
export interface RoutedTask {
  readonly queue: string;
  readonly task: string;
  readonly input: string;
  readonly output: string;
}

export interface Child {
  readonly queue: string;
  readonly id: string;
  /** JSON text. */
  readonly payload: string;
}

/** One route without an answer makes the whole task a dead letter, without children: after a redrive it is routed anew. */
export type Routed =
  | { readonly kind: "children"; readonly children: readonly Child[] }
  | { readonly kind: "deadLetter"; readonly error: string };

/** `routes` are those that leave the task's queue, always in the same order: a child's id depends on the place of its route. */
export function routed(parent: RoutedTask, routes: readonly Route[]): Routed {
  const children: Child[] = [];
  for (const [place, route] of routes.entries()) {
    const target = targetOf(route, parent.output);
    if (target.kind === "deadLetter") return target;
    if (target.kind === "drop") continue;
    const id = childId(parent, place, target.queue);
    children.push({ queue: target.queue, id, payload: bodyOf(route, parent) });
  }
  return { kind: "children", children };
}

type Target =
  | { readonly kind: "queue"; readonly queue: string }
  | { readonly kind: "drop" }
  | { readonly kind: "deadLetter"; readonly error: string };

function targetOf(route: Route, output: string): Target {
  const found = route.by === undefined ? undefined : valueAt(JSON.parse(output), route.by);
  const queue = queueNamed(route, found);
  if (queue !== undefined) return { kind: "queue", queue };
  if (route.otherwise.kind !== "deadLetter") return route.otherwise;
  return { kind: "deadLetter", error: noRoute(route, found) };
}

function queueNamed(route: Route, found: unknown): string | undefined {
  if (typeof found === "object" || found === undefined) return undefined;
  const name = String(found);
  return Object.hasOwn(route.to, name) ? route.to[name] : undefined;
}

function noRoute(route: Route, found: unknown): string {
  const came = found === undefined ? "nothing" : JSON.stringify(found).slice(0, 100);
  const known = Object.keys(route.to).join(", ");
  return `No route fits the result: at ${route.by ?? "/"} it has ${came}, and the routes of ${route.from} know ${known || "no value"}. Change the worker or the routes, then redrive.`;
}

/** What lies at a JSON pointer, or undefined. */
export function valueAt(value: unknown, pointer: string): unknown {
  let found = value;
  for (const step of stepsOf(pointer)) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, step))
      return undefined;
    found = (found as Readonly<Record<string, unknown>>)[step];
  }
  return found;
}

function bodyOf(route: Route, { input, output }: RoutedTask): string {
  switch (route.task) {
    case "input":
      return input;
    case "result":
      return output;
    case "merge":
      return merged(JSON.parse(input), JSON.parse(output)) ?? output;
  }
}

/** The result laid over the input, field by field; what is no object can't be laid over anything. */
function merged(input: unknown, output: unknown): string | undefined {
  if (!isObject(input) || !isObject(output)) return undefined;
  return JSON.stringify({ ...input, ...output });
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The same for the same parent and route, however often it is recorded; 32 hexadecimal digits. */
export function childId(
  parent: { readonly queue: string; readonly task: string },
  place: number,
  target: string,
): string {
  return hash128([parent.queue, parent.task, String(place), target].join("\n"));
}

const SEEDS = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x85a308d3] as const;

/** Four MurmurHash3 sums (Appleby, public domain) with different seeds: spreads well, keeps no secret. */
export function hash128(text: string): string {
  return SEEDS.map((seed) => hash32(text, seed).toString(16).padStart(8, "0")).join("");
}

/** MurmurHash3 over UTF-16 units, 32 bits, unsigned. */
export function hash32(text: string, seed: number): number {
  let hash = seed;
  for (let index = 0; index < text.length; index++) {
    let unit = Math.imul(text.charCodeAt(index), 0xcc9e2d51);
    unit = Math.imul((unit << 15) | (unit >>> 17), 0x1b873593);
    hash ^= unit;
    hash = Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64;
  }
  hash = Math.imul(hash ^ text.length ^ ((hash ^ text.length) >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
