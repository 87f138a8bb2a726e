// Other counts for the elastic services of a living execution: how many workers, how many children at once. What runs goes on; change.ts stores it.
import { type Fault, under, VisibleError } from "#shared/fault.ts";
import type { Placement } from "#shared/placement.ts";
import type { Service } from "#shared/zapp/service.ts";
import type { Zapp } from "#shared/zapp.ts";

/** `min` and `max` are a worker's, `atOnce` an array's. */
export interface Count {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly atOnce?: number | undefined;
}
/** By service. */
export type Counts = Readonly<Record<string, Count>>;

/** The zapp with these counts; throws `VisibleError` with every fault. */
export function resized(zapp: Zapp, counts: Counts): Zapp {
  const faults = Object.entries(counts).flatMap(([name, count]) => faultsOf(zapp, name, count));
  if (faults.length > 0)
    throw new VisibleError("invalid", `The counts do not fit: ${faults[0]?.detail}`, faults);
  return { ...zapp, services: zapp.services.map((service) => sized(service, counts)) };
}

function sized(service: Service, counts: Counts): Service {
  const { min, max, atOnce } = counts[service.name] ?? {};
  if (service.run === "worker") {
    const { count } = service;
    return { ...service, count: { min: min ?? count.min, max: max ?? count.max } };
  }
  return service.run === "array" && atOnce !== undefined ? { ...service, atOnce } : service;
}

/** What may be given for each kind of service; the instances of the others start together. */
const FIELDS: Partial<Record<Service["run"], readonly (keyof Count)[]>> = {
  worker: ["min", "max"],
  array: ["atOnce"],
};

function faultsOf(zapp: Zapp, name: string, count: Count): Fault[] {
  const fault = (detail: string, ...steps: string[]) => ({
    pointer: under("/counts", name, ...steps),
    detail,
  });
  const service = zapp.services.find((one) => one.name === name);
  if (service === undefined) return [fault(`There is no service ${name} in this execution.`)];
  const { run } = service;
  const fields = FIELDS[run];
  if (fields === undefined)
    return [fault(`The instances of ${name} start together (run: ${run}): no other count.`)];
  const given = (["min", "max", "atOnce"] as const).filter((field) => count[field] !== undefined);
  const others = given.filter((field) => !fields.includes(field));
  if (others.length > 0)
    return others.map((field) => fault(`Wanted ${fields.join(" and ")} (run: ${run}).`, field));
  if (run !== "worker") return [];
  const { min = service.count.min, max = service.count.max } = count;
  return min <= max ? [] : [fault(`Wanted a min of at most max; got ${min} and ${max}.`)];
}

/** What changes of a placement, so that the scheduler grows it, or its slots are handed on no more. */
export function resizedPlacement(
  placement: Placement,
  service: Service,
): Partial<Placement> | undefined {
  if (service.run === "worker") return { count: service.count.max };
  if (service.run !== "array") return undefined;
  const want = Math.min(service.atOnce ?? service.count, service.count);
  return { want, slots: Math.min(placement.slots, want) };
}
