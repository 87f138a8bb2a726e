// Validates a description: all that is wrong with it at once, and what has no effect. A valid one goes on to expand.ts with its parameters.
import type { Fault } from "#shared/fault.ts";
import { checkWritten } from "./check/all.ts";
import { warningsOf } from "./check/effects.ts";
import { compose, whereWritten } from "./compose.ts";
import { inOrder, whyUnreadable } from "./document.ts";
import { expandZapp } from "./expand.ts";
import type { Frameworks } from "./framework.ts";
import { isRecord } from "./json.ts";
import { checkParameters } from "./parameters.ts";
import { readShape } from "./shape.ts";
import { sketchOf } from "./sketch.ts";
import type { WrittenZapp } from "./written.ts";

export interface Validation {
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
  /** Only where there is no fault; what it uses is laid in. */
  readonly zapp?: WrittenZapp;
}

/** What was valid lately, by its text: a list of submissions often carries the same description again and again. */
const lately = new Map<string, Validation>();
const MOST_KEPT = 20;

/** `frameworks`: those that it may use; without them what it says of them is left as it stands. */
export function validateZapp(document: unknown, frameworks?: Frameworks): Validation {
  const unreadable = whyUnreadable(document);
  if (unreadable.length > 0) return { faults: unreadable, warnings: [] };
  if (frameworks === undefined) return validateOnce(document);
  const composed = compose(document, frameworks);
  if (composed.faults.length > 0)
    return { faults: inOrder(document, composed.faults), warnings: [] };
  if (composed.document === document) return validateOnce(document);
  const { faults, warnings, zapp } = validateOnce(composed.document);
  const placed = (all: readonly Fault[]) => all.map((fault) => whereWritten(document, fault));
  return { faults: placed(faults), warnings: placed(warnings), ...(zapp && { zapp }) };
}

function validateOnce(document: unknown): Validation {
  const text = JSON.stringify(document);
  const before = lately.get(text);
  if (before !== undefined) return before;
  const validation = validate(document);
  if (validation.zapp !== undefined) {
    if (lately.size >= MOST_KEPT) lately.clear();
    lately.set(text, validation);
  }
  return validation;
}

function validate(document: unknown): Validation {
  const shape = readShape(document, "written");
  if (!isRecord(document)) return { faults: shape.faults, warnings: [] };
  const sketch = sketchOf(document);
  const warnings = inOrder(document, warningsOf(sketch));
  const shapeless = new Set(shape.faults.map((fault) => fault.pointer));
  const others = checkWritten(sketch).filter((fault) => !shapeless.has(fault.pointer));
  const faults = inOrder(document, [...shape.faults, ...others]);
  if (faults.length > 0 || !shape.zapp) return { faults, warnings };

  const tried = tryDefaults(shape.zapp);
  return tried.length > 0
    ? { faults: tried, warnings }
    : { faults: [], warnings, zapp: shape.zapp };
}

/** Where every parameter has a default, the description must run with them. */
function tryDefaults(zapp: WrittenZapp): readonly Fault[] {
  const { faults, values } = checkParameters(zapp);
  if (faults.length > 0) return [];
  const example = { name: "example" };
  const setting = {
    parameters: values,
    execution: { id: "exe_example", ...example },
    user: example,
    tenant: example,
  };
  return expandZapp(zapp, setting).faults;
}
