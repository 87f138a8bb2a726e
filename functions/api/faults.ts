// What zod found wrong, as faults with JSON pointers into what was sent.
import type { z } from "zod";
import { type Fault, under, VisibleError } from "#shared/fault.ts";
import { spread } from "#shared/zapp/strict.ts";

export function faultsOf(error: z.ZodError, prefix = ""): Fault[] {
  return error.issues
    .flatMap(spread)
    .map(({ path, message }) => ({ pointer: under(prefix, ...path.map(step)), detail: message }));
}

function step(part: PropertyKey): string | number {
  return typeof part === "symbol" ? String(part) : part;
}

/** The value as the schema reads it; what is wrong is told all at once. `what` begins the sentence: "The body", "The query". */
export function parse<T>(schema: z.ZodType<T>, value: unknown, what: string, prefix = ""): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = faultsOf(parsed.error, prefix);
  const [first, ...rest] = faults;
  const more = rest.length > 0 ? ` (and ${rest.length} more)` : "";
  throw new VisibleError("invalid", `${what} is not valid: ${first?.detail ?? ""}${more}`, faults);
}
