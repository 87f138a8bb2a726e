// How many instances a service has: those admitted together or not at all, and the most there can be.
import type { ArrayService, Service } from "./service.ts";

export function essentialCount(service: Service): number {
  switch (service.run) {
    case "once":
    case "gang":
      return service.count;
    case "array":
      return 0;
    case "worker":
      return service.count.min;
    case "forever":
      return service.count.essential;
  }
}

/** Over its whole life, retries not counted; of an array that is all children, whatever its `atOnce`. */
export function mostInstances(service: Service): number {
  switch (service.run) {
    case "once":
    case "gang":
    case "array":
      return service.count;
    case "worker":
      return service.count.max;
    case "forever":
      return service.count.total;
  }
}

/** How many children may fail without failing the execution. */
export function toleratedFailures({ tolerate, count }: ArrayService): number {
  return "count" in tolerate ? tolerate.count : Math.floor((count * tolerate.percent) / 100);
}
