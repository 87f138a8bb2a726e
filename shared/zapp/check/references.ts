// References: what is named must exist, and nothing may wait for itself.
import { type Fault, quote, under } from "#shared/fault.ts";
import { hasTemplate } from "#shared/template.ts";
import { listOf, own, recordOf } from "#shared/zapp/json.ts";
import { suggestion } from "#shared/zapp/names.ts";
import type { Sketch } from "#shared/zapp/sketch.ts";

export function checkReferences(sketch: Sketch): Fault[] {
  const queue = (name: unknown, pointer: string) => missing("queue", name, sketch.queues, pointer);
  const service = (name: unknown, pointer: string) =>
    missing("service", name, sketch.serviceNames, pointer);
  return [
    ...sketch.services.flatMap((each) => [
      ...(each.run === "worker" ? queue(each.fields.queue, each.at("queue")) : []),
      ...listOf(each.fields.after).flatMap((name, index) => service(name, each.at("after", index))),
    ]),
    ...sketch.routes.flatMap(({ route, pointer }) => [
      ...queue(route.from, under(pointer, "from")),
      ...Object.entries(recordOf(route.to)).flatMap(([value, name]) =>
        queue(name, under(pointer, "to", value)),
      ),
      ...(isQueue(route.else) ? queue(route.else, under(pointer, "else")) : []),
    ]),
    ...checkMeasured(sketch),
    ...checkOrder(sketch),
    ...checkRoutes(sketch),
  ];
}

function isQueue(otherwise: unknown): boolean {
  return otherwise !== "deadLetter" && otherwise !== "drop";
}

function missing(noun: string, name: unknown, known: readonly string[], pointer: string): Fault[] {
  if (typeof name !== "string" || hasTemplate(name) || known.includes(name)) return [];
  return [{ pointer, detail: `There is no ${noun} ${quote(name)}; ${suggestion(name, known)}` }];
}

function checkMeasured(sketch: Sketch): Fault[] {
  const name = recordOf(recordOf(sketch.document.costModel).measured).input;
  if (typeof name !== "string" || hasTemplate(name)) return [];
  const datasets = Object.keys(sketch.parameters).filter(
    (parameter) => recordOf(own(sketch.parameters, parameter)).type === "dataset",
  );
  return missing("parameter of type dataset", name, datasets, "/costModel/measured/input");
}

function checkOrder(sketch: Sketch): Fault[] {
  const edges = sketch.services.flatMap((service) =>
    listOf(service.fields.after).map((to, index) => ({
      from: service.name,
      to,
      pointer: service.at("after", index),
    })),
  );
  return checkCycles(edges, (path) => `Services can't wait for each other in a circle: ${path}.`);
}

function checkRoutes(sketch: Sketch): Fault[] {
  const edges = sketch.routes.flatMap(({ route, pointer }) => [
    ...Object.entries(recordOf(route.to)).map(([value, to]) => ({
      from: route.from,
      to,
      pointer: under(pointer, "to", value),
    })),
    ...(isQueue(route.else)
      ? [{ from: route.from, to: route.else, pointer: under(pointer, "else") }]
      : []),
  ]);
  return checkCycles(
    edges,
    (path) =>
      `A result can't come back to a queue that it came from: ${path}. No such queue would ever be drained.`,
  );
}

interface Edge {
  readonly from: unknown;
  readonly to: unknown;
  readonly pointer: string;
}

/** One fault for each edge that closes a circle, told with the way around. */
function checkCycles(edges: readonly Edge[], say: (path: string) => string): Fault[] {
  const known = edges.filter(({ from, to }) => typeof from === "string" && typeof to === "string");
  const next = Map.groupBy(known, (edge) => edge.from);
  const finished = new Set<unknown>();
  const faults: Fault[] = [];
  const visit = (name: unknown, path: readonly unknown[]) => {
    if (finished.has(name)) return;
    for (const { to, pointer } of next.get(name) ?? []) {
      const start = [...path, name].indexOf(to);
      if (start >= 0)
        faults.push({ pointer, detail: say([...path, name, to].slice(start).join(" -> ")) });
      else visit(to, [...path, name]);
    }
    finished.add(name);
  };
  for (const name of next.keys()) visit(name, []);
  return faults;
}
