// What a zapp asks of the pools, service by service: all that `decide` needs to know of it.

import type { Backend } from "#functions/backend.ts";
import type { Ask, GangRules } from "#shared/placement.ts";
import type { ArrayService, GangService, Service } from "#shared/zapp/service.ts";
import type { Zapp } from "#shared/zapp.ts";

/** `wanted`: workers by backlog (wants.ts). Every service has a backend: prepare.ts has refused what fits none. */
export function asksOf(
  zapp: Zapp,
  backends: readonly Backend[],
  wanted: ReadonlyMap<string, number>,
): Ask[] {
  return zapp.services.map((service) => {
    const { name, run, resources, capacity, after, retry } = service;
    const { essential, count, want } = countsOf(service, wanted.get(name) ?? 0);
    return {
      ...{ service: name, run, capacity, after, retry, essential, count, want },
      backend: backendFor(backends, service)?.name ?? "none",
      shape: {
        instances: 1,
        cpu: resources.cpu,
        memoryMib: resources.memoryMib,
        gpu: resources.gpu,
      },
      ready: after.length === 0,
      tolerate: service.run === "array" ? tolerated(service) : 0,
      ...(service.run === "gang" && { gangRules: rulesOf(service) }),
      ...(service.run === "worker" && { queue: service.queue }),
      ...(service.run === "worker" && service.shareMax && { share: service.shareMax }),
    };
  });
}

function rulesOf({ startWithinSeconds, onLostNode }: GangService): GangRules {
  return { startWithinSeconds, onLostNode };
}

/** The first that can run it. */
export function backendFor(backends: readonly Backend[], service: Service): Backend | undefined {
  return backends.find(({ capabilities }) => {
    const { cpu, memoryMib, gpu } = service.resources;
    const { largest, runs } = capabilities;
    const fits = cpu <= largest.cpu && memoryMib <= largest.memoryMib && gpu <= largest.gpu;
    return runs.includes(service.run) && fits;
  });
}

function countsOf(
  service: Service,
  wanted: number,
): { essential: number; count: number; want: number } {
  switch (service.run) {
    case "once":
      return { essential: 1, count: 1, want: 1 };
    case "gang":
      return { essential: service.count, count: service.count, want: service.count };
    case "array":
      return {
        essential: 0,
        count: service.count,
        want: Math.min(service.atOnce ?? service.count, service.count),
      };
    case "worker":
      return {
        essential: service.count.min,
        count: service.count.max,
        want: Math.max(wanted, service.count.min),
      };
    case "forever":
      return {
        essential: service.count.essential,
        count: service.count.total,
        want: service.count.total,
      };
  }
}

function tolerated({ tolerate, count }: ArrayService): number {
  return "count" in tolerate ? tolerate.count : Math.floor((tolerate.percent / 100) * count);
}

/** Whether the scheduler has anything to do for it now; if not, it waits for a first task. */
export function isStartable(asks: readonly Ask[]): boolean {
  return asks.some((ask) => ask.essential > 0 || (ask.ready && ask.want > 0));
}
