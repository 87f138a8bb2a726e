// The last templates of a service, filled when one of its instances starts: its point of the sweep, and where earlier services can be reached.
import { fillAll, namesIn } from "#shared/template.ts";
import { isRecord, own } from "./json.ts";
import type { Service } from "./service.ts";
import { sweepPoint } from "./sweep.ts";
import { INSTANCE_FIELDS } from "./template-fields.ts";

export interface InstanceSetting {
  readonly index: number;
  /** Service -> where it can be reached. */
  readonly addresses?: Readonly<Record<string, string>>;
}

/** Must be called for every instance, sweep or not: until then even literals are written as templates, `$${`. */
export function expandForInstance<S extends Service>(service: S, setting: InstanceSetting): S {
  const lookup = lookupFor(service, setting);
  const fields = Object.entries(service).map(([field, value]) => [
    field,
    INSTANCE_FIELDS.includes(field) ? fillTexts(value, lookup) : value,
  ]);
  return Object.fromEntries(fields) as S;
}

/** What people call this child of an array: its `label`, else `macro=a energy=5`. All others have no label. */
export function labelOf(service: Service, index: number): string | undefined {
  if (service.run !== "array") return undefined;
  if (service.label !== undefined)
    return String(fillAll(service.label, lookupFor(service, { index })));
  if (service.sweep === undefined) return undefined;
  const values = Object.entries(sweepPoint(service.sweep, index));
  return values.map(([axis, value]) => `${axis}=${value}`).join(" ");
}

/** The services whose addresses this one is given, and in which field: it is restarted when one of their instances is replaced. */
export function addressesWanted(service: Service): { service: string; field: string }[] {
  return Object.entries(service)
    .filter(([field]) => INSTANCE_FIELDS.includes(field))
    .flatMap(([field, value]) => {
      const names = textsIn(value)
        .flatMap(namesIn)
        .filter((name) => name.startsWith("address:"));
      const services = new Set(names.map((name) => name.slice("address:".length)));
      return [...services].map((name) => ({ service: name, field }));
    });
}

function lookupFor(service: Service, { index, addresses = {} }: InstanceSetting) {
  const sweep = service.run === "array" ? service.sweep : undefined;
  const point = sweep === undefined ? {} : sweepPoint(sweep, index);
  return (name: string): string => {
    const value = name.startsWith("sweep.")
      ? own(point, name.slice("sweep.".length))
      : own(addresses, name.slice("address:".length));
    if (value === undefined)
      throw new Error(`\${${name}} must be known when an instance of ${service.name} starts`);
    return String(value);
  };
}

function fillTexts(value: unknown, lookup: (name: string) => string): unknown {
  if (typeof value === "string") return fillAll(value, lookup);
  if (Array.isArray(value)) return value.map((item) => fillTexts(item, lookup));
  if (!isRecord(value)) return value;
  // A script is the shell's own: its braces are never ours.
  if (value.kind === "script") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, fillTexts(item, lookup)]),
  );
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return isRecord(value) && value.kind === "script" ? [] : Object.values(value).flatMap(textsIn);
}
