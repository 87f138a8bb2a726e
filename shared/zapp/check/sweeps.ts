// Parameter sweeps: lists of values, or a list of points, and their number.
import { type Fault, quote } from "#shared/fault.ts";
import { hasTemplate } from "#shared/template.ts";
import { isRecord, isScalar } from "#shared/zapp/json.ts";
import { LIMITS } from "#shared/zapp/limits.ts";
import { PARAMETER_NAME, PARAMETER_NAME_WANTED } from "#shared/zapp/names.ts";
import type { ServiceSketch, Sketch } from "#shared/zapp/sketch.ts";

export function checkSweeps(sketch: Sketch): Fault[] {
  return sketch.services.flatMap((service) => {
    const sweep = service.fields.sweep;
    if (Array.isArray(sweep)) return checkPoints(service, sweep);
    return isRecord(sweep) ? checkAxes(service, sweep) : [];
  });
}

function checkAxes(service: ServiceSketch, sweep: Readonly<Record<string, unknown>>): Fault[] {
  const axes = Object.entries(sweep);
  if (axes.length === 0)
    return [
      {
        pointer: service.at("sweep"),
        detail: "Wanted at least one list of values; got an empty object.",
      },
    ];
  const faults = axes.flatMap(([axis, values]) => checkValues(service, axis, values));
  const lists = axes.map(([, values]) => values).filter(Array.isArray);
  const product = lists.reduce((count, values) => count * values.length, 1);
  if (lists.length < axes.length || faults.length > 0 || product <= LIMITS.instances) return faults;
  const sizes = lists.map((values) => values.length).join(" x ");
  return [
    {
      pointer: service.at("sweep"),
      detail: `Wanted at most ${LIMITS.instances} runs; got ${sizes} = ${product}.`,
    },
  ];
}

function checkValues(service: ServiceSketch, axis: string, values: unknown): Fault[] {
  const pointer = service.at("sweep", axis);
  if (typeof values === "string") {
    return hasTemplate(values)
      ? []
      : [
          {
            pointer,
            detail: `Wanted a list of values, or a template of one; got ${quote(values)}.`,
          },
        ];
  }
  if (!Array.isArray(values)) return [];
  if (values.length === 0)
    return [{ pointer, detail: "Wanted at least one value; got an empty list." }];
  return values.flatMap((value, index) => {
    if (isScalar(value)) return [];
    const detail = `Wanted a text, a number or true or false; got ${quote(value)}.`;
    return [{ pointer: service.at("sweep", axis, index), detail }];
  });
}

function checkPoints(service: ServiceSketch, points: readonly unknown[]): Fault[] {
  const first = isRecord(points[0]) ? Object.keys(points[0]) : [];
  return points.flatMap((point, index) => checkPoint(service, first, point, index));
}

function checkPoint(
  service: ServiceSketch,
  first: readonly string[],
  point: unknown,
  index: number,
): Fault[] {
  const pointer = service.at("sweep", index);
  if (!isRecord(point))
    return [
      { pointer, detail: `Wanted an object with the values of one run; got ${quote(point)}.` },
    ];
  const names = Object.keys(point);
  if (names.length !== first.length || !names.every((name) => first.includes(name))) {
    const came = names.join(", ") || "none";
    return [
      {
        pointer,
        detail: `Wanted the same names as in the first object, ${first.join(", ") || "none"}; got ${came}.`,
      },
    ];
  }
  return Object.entries(point).flatMap(([name, value]) => {
    const at = service.at("sweep", index, name);
    if (!PARAMETER_NAME.test(name))
      return [{ pointer: at, detail: `Wanted ${PARAMETER_NAME_WANTED}; got ${quote(name)}.` }];
    if (isScalar(value)) return [];
    return [
      { pointer: at, detail: `Wanted a text, a number or true or false; got ${quote(value)}.` },
    ];
  });
}
