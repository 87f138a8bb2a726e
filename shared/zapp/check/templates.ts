// Templates: every name must be known, and may stand only where its value is known in time.
import { type Fault, quote, under } from "#shared/fault.ts";
import { hasTemplate, partsOf } from "#shared/template.ts";
import { isRecord, own, recordOf } from "#shared/zapp/json.ts";
import { parameterVariable, suggestion } from "#shared/zapp/names.ts";
import { originOf, type ServiceSketch, type Sketch } from "#shared/zapp/sketch.ts";
import {
  EXECUTION_NAMES,
  INSTANCE_FIELDS,
  UNFILLED_FIELDS,
  UNFILLED_SERVICE_FIELDS,
} from "#shared/zapp/template-fields.ts";

export function checkTemplates(sketch: Sketch): Fault[] {
  const { services, defaults, ...others } = sketch.document;
  const general = Object.entries(others).filter(([field]) => !UNFILLED_FIELDS.includes(field));
  return [
    ...general.flatMap(([field, value]) =>
      checkValue(value, under("", field), (name) => whyNot(sketch, name, undefined, field)),
    ),
    ...Object.entries(recordOf(defaults))
      .filter(([field]) => !UNFILLED_SERVICE_FIELDS.includes(field))
      .flatMap(([field, value]) =>
        checkValue(value, under("/defaults", field), (name) =>
          whyNot(sketch, name, undefined, field),
        ),
      ),
    ...sketch.services.flatMap((service) => checkService(sketch, service)),
  ];
}

function checkService(sketch: Sketch, service: ServiceSketch): Fault[] {
  const fields = Object.entries(service.fields).filter(
    ([field]) => !UNFILLED_SERVICE_FIELDS.includes(field),
  );
  return fields.flatMap(([field, value]) =>
    checkValue(value, under("", field), (name) => whyNot(sketch, name, service, field)).map(
      (fault) => ({
        ...fault,
        pointer: originOf(service, fault.pointer),
      }),
    ),
  );
}

/** Every template in a value and in all that lies in it. */
function checkValue(
  value: unknown,
  pointer: string,
  why: (name: string) => string | undefined,
): Fault[] {
  if (typeof value === "string") return checkText(value, pointer, why);
  if (Array.isArray(value))
    return value.flatMap((item, index) => checkValue(item, under(pointer, index), why));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => [
    ...checkKey(key, under(pointer, key)),
    ...checkValue(item, under(pointer, key), why),
  ]);
}

function checkKey(key: string, pointer: string): Fault[] {
  if (!hasTemplate(key)) return [];
  return [
    {
      pointer,
      detail: `Templates are replaced in values only; ${quote(key)} stands for a name here.`,
    },
  ];
}

function checkText(
  text: string,
  pointer: string,
  why: (name: string) => string | undefined,
): Fault[] {
  const faults = partsOf(text).map((part) => {
    if (part.kind === "open")
      return "Wanted } at the end of a template; `${` is never closed. Write $${ for the two characters themselves.";
    return part.kind === "name" ? why(part.name) : undefined;
  });
  return faults.filter((detail) => detail !== undefined).map((detail) => ({ pointer, detail }));
}

/** Why a template may not stand in this field; without a service, for `defaults` and for all. */
function whyNot(
  sketch: Sketch,
  name: string,
  service: ServiceSketch | undefined,
  field: string,
): string | undefined {
  if (EXECUTION_NAMES.includes(name)) return undefined;
  const [kind] = name.split(/[.:]/, 1);
  if (kind === "sweep" && name.startsWith("sweep.")) return whyNoSweep(name, service, field);
  if (kind === "address" && name.startsWith("address:"))
    return whyNoAddress(sketch, name.slice("address:".length), service, field);
  const parameter = own(sketch.parameters, name);
  if (parameter === undefined) return unknownName(sketch, name);
  if (recordOf(parameter).secret !== true) return undefined;
  return `The parameter "${name}" is secret, so no template shows it; the program finds it in $${parameterVariable(name)}.`;
}

function unknownName(sketch: Sketch, name: string): string {
  const known = [...Object.keys(sketch.parameters), ...EXECUTION_NAMES];
  return `There is no parameter or other name ${quote(name)}; ${suggestion(name, known)} Write $\${${name}} for the characters themselves.`;
}

function whyNoSweep(
  name: string,
  service: ServiceSketch | undefined,
  field: string,
): string | undefined {
  const axis = name.slice("sweep.".length);
  if (!INSTANCE_FIELDS.includes(field))
    return `\${${name}} has no value here: it works in ${INSTANCE_FIELDS.join(", ")}.`;
  if (!service) return undefined;
  const axes = axesOf(service.fields.sweep);
  if (axes === undefined) return `\${${name}} needs a sweep: the service has none.`;
  return axes === "unknown" || axes.includes(axis)
    ? undefined
    : `The sweep has no ${quote(axis)}; ${suggestion(axis, axes)}`;
}

/** unknown: the sweep is itself a template, or has a fault of its own. */
function axesOf(sweep: unknown): readonly string[] | "unknown" | undefined {
  if (sweep === undefined) return undefined;
  if (isRecord(sweep)) return Object.keys(sweep);
  const first = Array.isArray(sweep) ? sweep[0] : undefined;
  return isRecord(first) ? Object.keys(first) : "unknown";
}

function whyNoAddress(
  sketch: Sketch,
  target: string,
  service: ServiceSketch | undefined,
  field: string,
): string | undefined {
  if (!INSTANCE_FIELDS.includes(field))
    return `\${address:${target}} has no value here: it works in ${INSTANCE_FIELDS.join(", ")}.`;
  if (!sketch.serviceNames.includes(target))
    return `There is no service ${quote(target)}; ${suggestion(target, sketch.serviceNames)}`;
  if (!service || earlierThan(sketch, service).has(target)) return undefined;
  if (service.name === target)
    return `A service has no address of its own before it starts; only addresses of services named in \`after\` are known.`;
  return `The address of "${target}" is known only once it runs; add it to \`after\` of the service ${quote(service.name)}.`;
}

/** All services that run before this one: those it comes after, and those before them. */
function earlierThan(sketch: Sketch, service: ServiceSketch): ReadonlySet<string> {
  const earlier = new Set<string>();
  const visit = (one: ServiceSketch) => {
    const after = one.fields.after;
    for (const name of Array.isArray(after) ? after : []) {
      if (typeof name !== "string" || earlier.has(name)) continue;
      earlier.add(name);
      sketch.services.filter((other) => other.name === name).forEach(visit);
    }
  };
  visit(service);
  return earlier;
}
