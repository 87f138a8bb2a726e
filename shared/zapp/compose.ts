// Lays the frameworks that a description uses into it: what comes out says all of it itself, and validate.ts reads it like any other.
import { type Fault, quote, stepsOf, under } from "#shared/fault.ts";
import { hasTemplate, namesIn, substitute } from "#shared/template.ts";
import type { Framework, Frameworks } from "./framework.ts";
import { isRecord, type JsonRecord, listOf, own, recordOf } from "./json.ts";
import { parameterVariable, suggestion } from "./names.ts";
import { wrongIn } from "./parameter-value.ts";
import { mergeLayers } from "./sketch.ts";

export interface Composed {
  readonly faults: readonly Fault[];
  /** Without frameworks; as it was where there is a fault. */
  readonly document: unknown;
}

export function usesFrameworks(document: unknown): boolean {
  if (!isRecord(document)) return false;
  const services = listOf(document.services).filter(isRecord);
  return document.uses !== undefined || services.some(({ framework }) => framework !== undefined);
}

export function compose(document: unknown, frameworks: Frameworks): Composed {
  const { uses = {} } = recordOf(document);
  // What is no object at all is a fault of the shape.
  const isShapely = isRecord(uses) && Object.values(uses).every(isRecord);
  if (!isRecord(document) || !usesFrameworks(document) || !isShapely)
    return { faults: [], document };
  const faults = [
    ...Object.keys(uses).flatMap((name) => checkUse(name, recordOf(uses[name]), frameworks)),
    ...listOf(document.services).flatMap((service, index) =>
      checkService(recordOf(service), index, Object.keys(uses)),
    ),
  ];
  if (faults.length > 0) return { faults, document };
  const { uses: _, ...rest } = document;
  const composed = Object.keys(uses).reduce<JsonRecord>((before, name) => {
    const framework = frameworks.get(name);
    return framework === undefined ? before : lay(framework, recordOf(uses[name]), before);
  }, rest);
  return { faults: [], document: composed };
}

function checkUse(name: string, configuration: JsonRecord, frameworks: Frameworks): Fault[] {
  const pointer = under("/uses", name);
  const framework = frameworks.get(name);
  if (framework === undefined) {
    const detail = `There is no framework ${quote(name)}; ${suggestion(name, [...frameworks.keys()])}`;
    return [{ pointer, detail }];
  }
  const known = Object.keys(framework.parameters);
  return Object.entries(configuration).flatMap(([key, value]) => {
    const parameter = own(framework.parameters, key) as Framework["parameters"][string] | undefined;
    if (parameter === undefined) {
      const detail = `The framework ${name} has no parameter ${quote(key)}; ${suggestion(key, known)}`;
      return [{ pointer: under(pointer, key), detail }];
    }
    if (hasTemplate(value)) return [];
    return wrongIn(parameter, value).map((wrong) => ({
      pointer: under(pointer, key) + wrong.pointer,
      detail: wrong.detail,
    }));
  });
}

function checkService({ framework }: JsonRecord, index: number, used: readonly string[]): Fault[] {
  if (typeof framework !== "string" || used.includes(framework)) return [];
  const detail = `Wanted a framework that stands under \`uses\`; got ${quote(framework)}. ${suggestion(framework, used)}`;
  return [{ pointer: under("/services", index, "framework"), detail }];
}

function lay(framework: Framework, configuration: JsonRecord, document: JsonRecord): JsonRecord {
  const fixed = fix(framework.service, configuration) as JsonRecord;
  const { name: ownName, ...fields } = fixed;
  const written = listOf(document.services);
  const isWrapped = (service: unknown) => recordOf(service).framework === framework.name;
  const services = written.some(isWrapped)
    ? written.map((service) => (isWrapped(service) ? wrap(recordOf(service), fields) : service))
    : [...written, { name: ownName, ...fields }];
  const leased = services.map((service) => own(recordOf(service), "queue"));
  const queues = Object.entries(framework.queues).filter(([name]) => leased.includes(name));
  const offered = Object.entries(framework.parameters).filter(
    ([name]) => !Object.hasOwn(configuration, name) && isMentioned([services, queues], name),
  );
  return {
    ...document,
    parameters: { ...Object.fromEntries(offered), ...recordOf(document.parameters) },
    ...(queues.length > 0 && {
      queues: {
        ...Object.fromEntries(fixAll(queues, configuration)),
        ...recordOf(document.queues),
      },
    }),
    services,
  };
}

function wrap({ framework: _, ...service }: JsonRecord, fields: JsonRecord): JsonRecord {
  return mergeLayers([
    { fields: service, pointer: "" },
    { fields, pointer: "" },
  ]);
}

function fixAll(queues: readonly [string, unknown][], configuration: JsonRecord) {
  return queues.map(([name, queue]) => [name, fix(queue, configuration)] as const);
}

/** What the zapp fixes is laid in now; the rest stays templates of its parameters. */
function fix(value: unknown, configuration: JsonRecord): unknown {
  if (typeof value === "string") return substitute(value, (name) => own(configuration, name));
  if (Array.isArray(value)) return value.map((item) => fix(item, configuration));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, fix(item, configuration)]),
  );
}

/** A parameter that nothing needs any more, since a service says itself what it was for, is not offered. */
function isMentioned(value: unknown, name: string): boolean {
  if (typeof value === "string")
    return namesIn(value).includes(name) || value.includes(parameterVariable(name));
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some((item) => isMentioned(item, name));
}

/** Where a fault of a composed description was written: what a framework brought stands where that is used. */
export function whereWritten(document: unknown, { pointer, detail }: Fault): Fault {
  const uses = Object.keys(recordOf(recordOf(document).uses));
  const steps = stepsOf(pointer);
  if (uses.length === 0 || holds(document, steps)) return { pointer, detail };
  const service = steps[0] === "services" && holds(document, steps.slice(0, 2));
  const { framework } = recordOf(listOf(recordOf(document).services)[Number(steps[1])]);
  if (!service) return { pointer: under("/uses", uses[0] ?? ""), detail };
  return framework === undefined
    ? { pointer, detail }
    : { pointer: under("/services", steps[1] ?? 0, "framework"), detail };
}

function holds(document: unknown, steps: readonly string[]): boolean {
  let at = document;
  for (const step of steps) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, step)) return false;
    at = (at as Record<string, unknown>)[step];
  }
  return true;
}
