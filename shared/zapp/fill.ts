// Replaces the templates of a whole description by their values; what only an instance will know stays a template.
import { type Fault, under } from "#shared/fault.ts";
import { fillAll, fillSome, namesIn, wholeName } from "#shared/template.ts";
import type { ParameterValue } from "#shared/zapp.ts";
import { isRecord, type JsonRecord, own } from "./json.ts";
import { INSTANCE_FIELDS, UNFILLED_FIELDS, UNFILLED_SERVICE_FIELDS } from "./template-fields.ts";

export interface Setting {
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** `number`: the first of its whole numbers, where it was submitted with `numbers`. */
  readonly execution: { readonly id: string; readonly name: string; readonly number?: number };
  readonly user: { readonly name: string };
  readonly tenant: { readonly name: string };
}

export interface Filled {
  readonly document: JsonRecord;
  readonly faults: readonly Fault[];
}

export function fillDocument(document: JsonRecord, setting: Setting): Filled {
  const lookup = lookupFor(setting);
  const faults: Fault[] = [];
  const note = (text: string, pointer: string) =>
    faults.push(...listsInside(text, pointer, lookup));
  const filled = Object.entries(document).map(([field, value]) => {
    if (UNFILLED_FIELDS.includes(field)) return [field, value];
    if (field === "services" && Array.isArray(value)) {
      const services = value.map((service, index) =>
        fillService(service, under("/services", index), lookup, note),
      );
      return [field, services];
    }
    if (field === "defaults") return [field, fillService(value, "/defaults", lookup, note)];
    return [field, fillField(field, value, under("", field), lookup, note)];
  });
  return { document: Object.fromEntries(filled), faults };
}

type Lookup = (name: string) => ParameterValue | undefined;
type Note = (text: string, pointer: string) => void;

function lookupFor({ parameters, execution, user, tenant }: Setting): Lookup {
  const names: JsonRecord = {
    "execution.id": execution.id,
    "execution.name": execution.name,
    "execution.number": execution.number === undefined ? "" : String(execution.number),
    "user.name": user.name,
    "tenant.name": tenant.name,
  };
  return (name) => (own(names, name) ?? own(parameters, name)) as ParameterValue | undefined;
}

function fillService(service: unknown, pointer: string, lookup: Lookup, note: Note): unknown {
  if (!isRecord(service)) return service;
  const fields = Object.entries(service).map(([field, value]) =>
    UNFILLED_SERVICE_FIELDS.includes(field)
      ? [field, value]
      : [field, fillField(field, value, under(pointer, field), lookup, note)],
  );
  return Object.fromEntries(fields);
}

function fillField(
  field: string,
  value: unknown,
  pointer: string,
  lookup: Lookup,
  note: Note,
): unknown {
  const fill = INSTANCE_FIELDS.includes(field) ? fillSome : fillAll;
  return eachText(value, pointer, (text, at) => {
    note(text, at);
    return fill(text, lookup);
  });
}

function eachText(
  value: unknown,
  pointer: string,
  change: (text: string, pointer: string) => unknown,
): unknown {
  if (typeof value === "string") return change(value, pointer);
  if (Array.isArray(value))
    return value.map((item, index) => eachText(item, under(pointer, index), change));
  if (!isRecord(value)) return value;
  const items = Object.entries(value).map(([key, item]) => [
    key,
    eachText(item, under(pointer, key), change),
  ]);
  return Object.fromEntries(items);
}

/** A list has no form of its own inside a longer text. */
function listsInside(text: string, pointer: string, lookup: Lookup): Fault[] {
  if (wholeName(text) !== undefined) return [];
  const lists = namesIn(text).filter((name) => typeof lookup(name) === "object");
  return lists.map((name) => ({
    pointer,
    detail: `The parameter "${name}" is a list; its template can only stand alone, not inside a longer text.`,
  }));
}
