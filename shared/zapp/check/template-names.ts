// The names that may stand in a template, and where: what is known when the execution is stored, and what only when an instance starts.
import { quote } from "#shared/fault.ts";
import { isRecord, own, recordOf } from "#shared/zapp/json.ts";
import { parameterVariable, suggestion } from "#shared/zapp/names.ts";
import type { ServiceSketch, Sketch } from "#shared/zapp/sketch.ts";
import { EXECUTION_NAMES, INSTANCE_FIELDS } from "#shared/zapp/template-fields.ts";

/** Why a template may not stand in this field; without a service, for `defaults` and for all. */
export function whyNot(
  sketch: Sketch,
  name: string,
  service: ServiceSketch | undefined,
  field: string,
): string | undefined {
  if (EXECUTION_NAMES.includes(name)) return undefined;
  if (isInstanceName(name)) return whyNotAtStart(sketch, name, service, field);
  const parameter = own(sketch.parameters, name);
  if (parameter === undefined) return unknownName(sketch, name);
  if (recordOf(parameter).secret !== true) return undefined;
  return `The parameter "${name}" is secret, so no template shows it; the program finds it in $${parameterVariable(name)}.`;
}

function isInstanceName(name: string): boolean {
  return name.startsWith("sweep.") || name.startsWith("address:");
}

/** The same for what is left when the rest is filled: sweeps and addresses. */
export function whyNotAtStart(
  sketch: Sketch,
  name: string,
  service: ServiceSketch | undefined,
  field: string,
): string | undefined {
  if (name.startsWith("sweep.")) return whyNoSweep(name, service, field);
  if (!name.startsWith("address:")) return undefined;
  return whyNoAddress(sketch, name.slice("address:".length), service, field);
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
  if (!INSTANCE_FIELDS.includes(field) || field === "label")
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
