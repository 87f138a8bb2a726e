// The shape of a description against its schema: every fault at its own pointer, in words.
import type * as z from "zod";
import { type Fault, under } from "#shared/fault.ts";
import type { Mode } from "./leaf.ts";
import { spread } from "./strict.ts";
import { type WrittenZapp, writtenSchema } from "./written.ts";

export interface Shape {
  readonly faults: readonly Fault[];
  /** Only where there is no fault. */
  readonly zapp?: WrittenZapp;
}

export function readShape(document: unknown, mode: Mode): Shape {
  const reading = writtenSchema(mode).safeParse(document);
  return reading.success ? { faults: [], zapp: reading.data } : { faults: faultsOf(reading.error) };
}

/** One fault for each pointer: the first that was found there. */
export function faultsOf(error: z.ZodError): Fault[] {
  const told = new Map<string, Fault>();
  for (const { path, message } of error.issues.flatMap(spread)) {
    const pointer = under("", ...path.map(String));
    if (!told.has(pointer)) told.set(pointer, { pointer, detail: message });
  }
  return [...told.values()];
}
