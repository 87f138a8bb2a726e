// Names: none twice, none reserved.
import { type Fault, quote, under } from "#shared/fault.ts";
import { isRecord, listOf, recordOf } from "#shared/zapp/json.ts";
import { parameterVariable } from "#shared/zapp/names.ts";
import type { ServiceSketch, Sketch } from "#shared/zapp/sketch.ts";

const RESERVED_QUEUES = ["drop"];

export function checkNames(sketch: Sketch): Fault[] {
  return [
    ...repeated(
      sketch.services,
      (service) => service.name,
      (service) => service.at("name"),
      "service",
    ),
    ...sketch.queues
      .filter((name) => RESERVED_QUEUES.includes(name))
      .map((name) => ({
        pointer: under("/queues", name),
        detail: `A queue can't be called "${name}": in a route the word means something else.`,
      })),
    ...checkParameterVariables(sketch),
    ...sketch.services.flatMap(checkVariables),
    ...sketch.services.flatMap((service) => [
      ...repeatedIn(service, "ports", "name", "port called"),
      ...repeatedIn(service, "ports", "port", "port"),
      ...repeatedIn(service, "volumes", "name", "volume called"),
      ...repeatedIn(service, "volumes", "path", "volume at"),
      ...repeatedIn(service, "inputs", "to", "input at"),
    ]),
    ...repeatedAfter(sketch),
  ];
}

function repeated<T>(
  items: readonly T[],
  nameOf: (item: T) => unknown,
  pointerOf: (item: T) => string,
  noun: string,
): Fault[] {
  const seen = new Map<unknown, string>();
  return items.flatMap((item) => {
    const name = nameOf(item);
    if (name === undefined) return [];
    const first = seen.get(name);
    if (first === undefined) {
      seen.set(name, pointerOf(item));
      return [];
    }
    return [
      {
        pointer: pointerOf(item),
        detail: `There is already a ${noun} ${quote(name)}, at ${first}; give each its own.`,
      },
    ];
  });
}

function repeatedIn(service: ServiceSketch, field: string, key: string, noun: string): Fault[] {
  const items = listOf(service.fields[field]).map((item, index) => ({
    item: recordOf(item),
    index,
  }));
  return repeated(
    items,
    ({ item }) => item[key],
    ({ index }) => service.at(field, index, key),
    noun,
  );
}

function repeatedAfter(sketch: Sketch): Fault[] {
  return sketch.services.flatMap((service) => {
    const items = listOf(service.fields.after).map((name, index) => ({ name, index }));
    return repeated(
      items,
      ({ name }) => name,
      ({ index }) => service.at("after", index),
      "mention of",
    );
  });
}

/** `dry-run` and `dry_run` would reach programs under one name. */
function checkParameterVariables(sketch: Sketch): Fault[] {
  const names = Object.keys(sketch.parameters);
  return names.flatMap((name, index) => {
    const twin = names
      .slice(0, index)
      .find((other) => parameterVariable(other) === parameterVariable(name));
    if (twin === undefined) return [];
    const detail = `"${name}" and "${twin}" would both reach programs as ${parameterVariable(name)}; rename one.`;
    return [{ pointer: under("/parameters", name), detail }];
  });
}

function checkVariables(service: ServiceSketch): Fault[] {
  const { environment, secrets } = service.fields;
  const reserved = (field: string, variables: unknown) =>
    Object.keys(recordOf(variables))
      .filter((name) => name.startsWith("ZOE_"))
      .map((name) => ({
        pointer: service.at(field, name),
        detail: `${name} can't be set: names that begin with ZOE_ are Zoe's own.`,
      }));
  const both = isRecord(environment)
    ? Object.keys(recordOf(secrets)).filter((name) => Object.hasOwn(environment, name))
    : [];
  return [
    ...reserved("environment", environment),
    ...reserved("secrets", secrets),
    ...both.map((name) => ({
      pointer: service.at("environment", name),
      detail: `${name} is already set from a secret; leave it out here.`,
    })),
  ];
}
