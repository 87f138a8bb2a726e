// Counts: each kind of service says its own, and they must agree with each other.
import { type Fault, quote } from "#shared/fault.ts";
import { type JsonRecord, recordOf } from "#shared/zapp/json.ts";
import type { ServiceSketch, Sketch } from "#shared/zapp/sketch.ts";

export function checkCounts(sketch: Sketch): Fault[] {
  return [...sketch.services.flatMap(checkCount), ...checkGroups(sketch)];
}

function checkCount(service: ServiceSketch): Fault[] {
  const { run, fields } = service;
  const count = recordOf(fields.count);
  if (run === "array" && fields.count === undefined && fields.sweep === undefined) {
    return [
      {
        pointer: service.at("count"),
        detail: "Wanted `count`, or `sweep` with lists to run the product of; got neither.",
      },
    ];
  }
  if (run === "array" && fields.count !== undefined && fields.sweep !== undefined) {
    return [
      {
        pointer: service.at("count"),
        detail: "Wanted either `count` or `sweep`, which sets the count by itself; got both.",
      },
    ];
  }
  if (run === "gang") return checkRanks(service);
  if (run === "worker") return order(service, count, "min", "max");
  return run === "forever" ? order(service, count, "essential", "total") : [];
}

function order(service: ServiceSketch, count: JsonRecord, low: string, high: string): Fault[] {
  const [least, most] = [count[low], count[high]];
  if (typeof least !== "number" || typeof most !== "number" || least <= most) return [];
  return [
    {
      pointer: service.at("count", low),
      detail: `Wanted ${low} of at most ${high}, which is ${most}; got ${least}.`,
    },
  ];
}

function checkRanks(service: ServiceSketch): Fault[] {
  const { nodes, ranks, ranksPerNode } = service.fields;
  if (ranks !== undefined && ranksPerNode !== undefined) {
    return [
      {
        pointer: service.at("ranksPerNode"),
        detail: "Wanted either `ranks` (in all) or `ranksPerNode`; got both.",
      },
    ];
  }
  if (typeof ranks !== "number" || typeof nodes !== "number" || ranks >= nodes) return [];
  const detail = `Wanted at least one rank for each of the ${nodes} nodes; got ${ranks}.`;
  return [{ pointer: service.at("ranks"), detail }];
}

/** Workers that share a maximum must say the same one. */
function checkGroups(sketch: Sketch): Fault[] {
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
