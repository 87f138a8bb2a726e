// Templates: every name must be known, and may stand only where its value is known in time.
import { type Fault, quote, under } from "#shared/fault.ts";
import { hasTemplate, partsOf } from "#shared/template.ts";
import { isRecord, recordOf } from "#shared/zapp/json.ts";
import { originOf, type ServiceSketch, type Sketch } from "#shared/zapp/sketch.ts";
import {
  INSTANCE_FIELDS,
  UNFILLED_FIELDS,
  UNFILLED_SERVICE_FIELDS,
} from "#shared/zapp/template-fields.ts";
import { whyNot, whyNotAtStart } from "./template-names.ts";

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
    ...sketch.services.flatMap((service) =>
      checkService(sketch, service, whyNot, (field) => !UNFILLED_SERVICE_FIELDS.includes(field)),
    ),
  ];
}

/** What is left to fill when an instance starts: a sweep that a template brought is known only now. */
export function checkLeftTemplates(sketch: Sketch): Fault[] {
  return sketch.services.flatMap((service) =>
    checkService(sketch, service, whyNotAtStart, (field) => INSTANCE_FIELDS.includes(field)),
  );
}

function checkService(
  sketch: Sketch,
  service: ServiceSketch,
  why: typeof whyNot,
  isFilled: (field: string) => boolean,
): Fault[] {
  const fields = Object.entries(service.fields).filter(([field]) => isFilled(field));
  return fields.flatMap(([field, value]) => {
    const faults = checkValue(value, under("", field), (name) => why(sketch, name, service, field));
    return faults.map((fault) => ({ ...fault, pointer: originOf(service, fault.pointer) }));
  });
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
