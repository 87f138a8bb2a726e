// Numbers that must agree between services.
import { type Fault, quote } from "#shared/fault.ts";
import { recordOf } from "#shared/zapp/json.ts";
import type { Sketch } from "#shared/zapp/sketch.ts";

/** Workers that share a maximum must say the same one. */
export function checkCounts(sketch: Sketch): Fault[] {
  const maximumOf = new Map<unknown, unknown>();
  return sketch.services.flatMap((service) => {
    const { group, max } = recordOf(service.fields.shareMax);
    if (group === undefined || typeof max !== "number") return [];
    const first = maximumOf.get(group) ?? max;
    maximumOf.set(group, first);
    if (first === max) return [];
    const detail = `Wanted the same maximum for all services of the group ${quote(group)}, which is ${first}; got ${max}.`;
    return [{ pointer: service.at("shareMax", "max"), detail }];
  });
}
