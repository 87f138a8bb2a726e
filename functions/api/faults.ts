// What zod found wrong, as faults with JSON pointers into what was sent, and as one sentence.
import type * as z from "zod";
import { type Fault, VisibleError, within } from "#shared/fault.ts";
import { faultsOf } from "#shared/zapp/shape.ts";

/** The value as the schema reads it; what is wrong is told all at once. `what` begins the sentence: "The body", "The query". */
export function parse<T>(schema: z.ZodType<T>, value: unknown, what: string, prefix = ""): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalid(`${what} is not valid`, within(prefix, faultsOf(parsed.error)));
}

/** The first fault in words; all of them for programs. */
export function invalid(what: string, faults: readonly Fault[]): VisibleError {
  const [first, ...rest] = faults;
  const more = rest.length > 0 ? ` (${rest.length} more under errors.)` : "";
  return new VisibleError("invalid", `${what}: ${first?.detail ?? "see errors."}${more}`, faults);
}
