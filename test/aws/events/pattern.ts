// Which events a rule wants: the part of EventBridge's patterns that the stack uses. What it does not know it refuses.

/** Every field named must match: a list of values or tests, one of which holds, or a pattern of the fields below. */
export interface Pattern {
  readonly [field: string]: Pattern | readonly Test[];
}

type Value = string | number | boolean | null;
type Test = Value | Readonly<Record<string, unknown>>;

export function matches(pattern: Pattern, event: unknown): boolean {
  return Object.entries(pattern).every(([field, wanted]) => {
    const value = isRecord(event) ? event[field] : undefined;
    if (!Array.isArray(wanted)) return matches(wanted as Pattern, value);
    return (wanted as readonly Test[]).some((test) => fits(test, value));
  });
}

/** Of a list in the event, one value must fit: "if the value in the event is an array". */
function fits(test: Test, value: unknown): boolean {
  if (isRecord(test) && "exists" in test) return (value !== undefined) === test.exists;
  if (Array.isArray(value)) return value.some((each) => fits(test, each));
  return isRecord(test) ? fitsTest(test, value) : test === value;
}

function fitsTest(test: Readonly<Record<string, unknown>>, value: unknown): boolean {
  const [[kind, operand] = []] = Object.entries(test);
  switch (kind) {
    case "prefix":
      return typeof value === "string" && value.startsWith(String(operand));
    case "suffix":
      return typeof value === "string" && value.endsWith(String(operand));
    case "anything-but":
      return value !== undefined && ![operand].flat().includes(value);
    default:
      throw new Error(`The double of EventBridge knows no ${kind} in a pattern.`);
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
