// From a valid description to what will run: templates filled, read strictly once more, defaults laid in. Next it is submitted (functions/submit.ts).
import { type Fault, quote } from "#shared/fault.ts";
import type { Zapp } from "#shared/zapp.ts";
import { checkFilled } from "./check/all.ts";
import { mostInstances } from "./count.ts";
import { bytesOf, inOrder } from "./document.ts";
import { fillDocument, type Setting } from "./fill.ts";
import { LIMITS } from "./limits.ts";
import { normalise } from "./normalise.ts";
import { readShape } from "./shape.ts";
import { sketchOf } from "./sketch.ts";
import type { WrittenZapp } from "./written.ts";

export interface Expanded {
  /** Pointers into the description as it was written. */
  readonly faults: readonly Fault[];
  /** Only where there is no fault. */
  readonly zapp?: Zapp;
}

export function expandZapp(written: WrittenZapp, setting: Setting): Expanded {
  const { document, faults } = fillDocument(written, setting);
  const shape = readShape(document, "filled");
  const sketch = sketchOf(shape.zapp ?? document);
  const found = [...faults, ...shape.faults, ...checkFilled(sketch)];
  if (found.length > 0 || !shape.zapp) return { faults: inOrder(written, found) };

  const zapp = normalise(shape.zapp, setting.parameters);
  const over = [...tooMany(zapp), ...tooLarge(zapp)];
  return over.length > 0 ? { faults: over } : { faults: [], zapp };
}

function tooMany(zapp: Zapp): Fault[] {
  const most = zapp.services.reduce((sum, service) => sum + mostInstances(service), 0);
  if (most <= LIMITS.instances) return [];
  const detail = `Wanted at most ${LIMITS.instances} instances of all services together; got ${most}.`;
  return [{ pointer: "/services", detail }];
}

function tooLarge(zapp: Zapp): Fault[] {
  const bytes = bytesOf(zapp);
  if (bytes <= LIMITS.expandedBytes) return [];
  const detail = `Wanted at most ${quote(LIMITS.expandedBytes)} bytes of description with its parameters' values; got ${bytes}. Give long lists as a dataset or as tasks.`;
  return [{ pointer: "", detail }];
}
