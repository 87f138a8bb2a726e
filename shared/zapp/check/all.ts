// All checks that look at more than one place of a description at a time.
import type { Fault } from "#shared/fault.ts";
import type { Sketch } from "#shared/zapp/sketch.ts";
import { checkAlternatives } from "./alternatives.ts";
import { checkCounts } from "./counts.ts";
import { checkKeys } from "./keys.ts";
import { checkNames } from "./names.ts";
import { checkParameterDeclarations } from "./parameters.ts";
import { checkPaths } from "./paths.ts";
import { checkReferences } from "./references.ts";
import { checkSweeps } from "./sweeps.ts";
import { checkLeftTemplates, checkTemplates } from "./templates.ts";

export function checkWritten(sketch: Sketch): Fault[] {
  return [
    ...checkParameterDeclarations(sketch),
    ...checkTemplates(sketch),
    ...checkKeys(sketch, false),
    ...checkAlways(sketch),
  ];
}

/** The same again for what templates brought. */
export function checkFilled(sketch: Sketch): Fault[] {
  return [...checkKeys(sketch, true), ...checkLeftTemplates(sketch), ...checkAlways(sketch)];
}

function checkAlways(sketch: Sketch): Fault[] {
  return [
    ...checkNames(sketch),
    ...checkAlternatives(sketch),
    ...checkReferences(sketch),
    ...checkSweeps(sketch),
    ...checkPaths(sketch),
    ...checkCounts(sketch),
  ];
}
