// A sketch of a document that may still be faulty: its services with their defaults, its names. All checks read it, so that one fault hides no other.
import { stepsOf, under } from "#shared/fault.ts";
import { isRecord, type JsonRecord, listOf, own, recordOf } from "./json.ts";

/** What a service adds to, field by field; all other fields it replaces as a whole. */
const MERGED = ["environment", "secrets", "files", "resources", "retry"];
const JOINED = ["inputs", "outputs", "volumes", "needs"];
/** Fields of the zapp that hold for all services, as those of `defaults` do. */
const FOR_ALL = [...MERGED, ...JOINED, "pull", "checkpoint"];

export interface ServiceSketch {
  readonly name: string | undefined;
  readonly run: unknown;
  /** With the fields of `defaults` and of the zapp laid under its own. */
  readonly fields: JsonRecord;
  /** Where the service stands. */
  readonly pointer: string;
  /** Where a field of `fields`, or what lies in it, was written. */
  at(...steps: readonly (string | number)[]): string;
}

export interface Sketch {
  readonly document: JsonRecord;
  readonly parameters: JsonRecord;
  readonly queues: readonly string[];
  readonly services: readonly ServiceSketch[];
  readonly serviceNames: readonly string[];
  readonly routes: readonly { readonly route: JsonRecord; readonly pointer: string }[];
}

export function sketchOf(value: unknown): Sketch {
  const document = recordOf(value);
  const services = records(document.services, "/services").map(({ record, pointer }) =>
    sketchService(document, record, pointer),
  );
  return {
    document,
    parameters: recordOf(document.parameters),
    queues: Object.keys(recordOf(document.queues)),
    services,
    serviceNames: services.flatMap((service) => service.name ?? []),
    routes: records(document.routes, "/routes").map(({ record, pointer }) => ({
      route: record,
      pointer,
    })),
  };
}

/** What is no record is a fault of the shape, and of nothing else. */
function records(list: unknown, pointer: string): { record: JsonRecord; pointer: string }[] {
  return listOf(list).flatMap((record, index) =>
    isRecord(record) ? [{ record, pointer: under(pointer, index) }] : [],
  );
}

interface Layer {
  readonly fields: JsonRecord;
  readonly pointer: string;
}

function sketchService(document: JsonRecord, service: JsonRecord, pointer: string): ServiceSketch {
  const layers = [
    { fields: service, pointer },
    { fields: recordOf(document.defaults), pointer: "/defaults" },
    { fields: pick(document, FOR_ALL), pointer: "" },
  ];
  const name = own(service, "name");
  return {
    name: typeof name === "string" ? name : undefined,
    run: own(service, "run"),
    fields: mergeLayers(layers),
    pointer,
    at: (...steps) => origin(layers, steps),
  };
}

function pick(record: JsonRecord, keys: readonly string[]): JsonRecord {
  return Object.fromEntries(
    keys.filter((key) => Object.hasOwn(record, key)).map((key) => [key, record[key]]),
  );
}

/** The nearest layer wins; maps are merged by key, lists of data and rights add up. */
export function mergeLayers(layers: readonly Layer[]): JsonRecord {
  const merged: Record<string, unknown> = {};
  for (const { fields } of layers.toReversed()) {
    for (const [key, value] of Object.entries(fields)) {
      const below = merged[key];
      if (MERGED.includes(key) && isRecord(below) && isRecord(value)) {
        merged[key] = { ...below, ...value };
      } else if (JOINED.includes(key) && Array.isArray(below) && Array.isArray(value)) {
        merged[key] = [...below, ...value];
      } else {
        merged[key] = value;
      }
    }
  }
  return withoutReplaced(merged, layers[0]?.fields ?? {});
}

/** Two ways to say the same. */
const ALTERNATIVES = [
  ["command", "script"],
  ["ranks", "ranksPerNode"],
] as const;

/** A service that says one of two itself does without the other one of the defaults. */
function withoutReplaced(merged: JsonRecord, service: JsonRecord): JsonRecord {
  const isOwn = (key: string) => Object.hasOwn(service, key);
  const replaced = ALTERNATIVES.flatMap(([one, other]) => {
    if (isOwn(one) === isOwn(other)) return [];
    return isOwn(one) ? [other] : [one];
  });
  return Object.fromEntries(
    Object.entries(merged).filter(([key]) => !replaced.some((one) => one === key)),
  );
}

function origin(layers: readonly Layer[], steps: readonly (string | number)[]): string {
  const [field, ...inside] = steps.map(String);
  if (field === undefined) return layers[0]?.pointer ?? "";
  if (JOINED.includes(field)) return originOfItem(layers, field, inside);
  const key = inside[0];
  const isByKey = MERGED.includes(field) && key !== undefined;
  const holds = ({ fields }: Layer) =>
    isByKey ? Object.hasOwn(recordOf(own(fields, field)), key) : Object.hasOwn(fields, field);
  const layer = layers.find(holds) ?? layers[0];
  return under(layer?.pointer ?? "", field, ...inside);
}

/** Joined lists begin with the outermost layer's items. */
function originOfItem(layers: readonly Layer[], field: string, inside: readonly string[]): string {
  const [index, ...rest] = inside;
  let before = 0;
  for (const { fields, pointer } of layers.toReversed()) {
    const length = listOf(own(fields, field)).length;
    if (index !== undefined && Number(index) < before + length) {
      return under(pointer, field, Number(index) - before, ...rest);
    }
    before += length;
  }
  return under(layers[0]?.pointer ?? "", field, ...inside);
}

/** Where what lies at `pointer` of a merged service was written. */
export function originOf(service: ServiceSketch, pointer: string): string {
  return service.at(...stepsOf(pointer));
}
