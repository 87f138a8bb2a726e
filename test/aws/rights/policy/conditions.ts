// The conditions of a statement: all operators must hold, of each all keys, of each any value.
import type { Statement } from "#test/aws/rights/policy.ts";
import { type Context, filled, matchesArn, matchesText, valueIn } from "./matching.ts";

type Test = (pattern: string, value: string) => boolean;

const same: Test = (pattern, value) => unescaped(pattern) === value;

/** Negated ones hold when no pattern fits; and where there is no such key. */
const OPERATORS: Readonly<Record<string, { readonly fits: Test; readonly isNegated?: true }>> = {
  StringEquals: { fits: same },
  StringNotEquals: { fits: same, isNegated: true },
  StringEqualsIgnoreCase: { fits: (a, b) => same(a.toLowerCase(), b.toLowerCase()) },
  StringLike: { fits: matchesText },
  StringNotLike: { fits: matchesText, isNegated: true },
  // ArnEquals and ArnLike behave the same.
  ArnEquals: { fits: matchesArn },
  ArnLike: { fits: matchesArn },
  ArnNotEquals: { fits: matchesArn, isNegated: true },
  ArnNotLike: { fits: matchesArn, isNegated: true },
  Bool: { fits: (a, b) => a.toLowerCase() === b.toLowerCase() },
};

export function conditionsHold(
  conditions: NonNullable<Statement["Condition"]>,
  context: Context,
): boolean {
  return Object.entries(conditions).every(([operator, keys]) =>
    Object.entries(keys).every(([key, patterns]) =>
      holds(operator, [patterns].flat().map(String), valueIn(context, key), context),
    ),
  );
}

function holds(
  written: string,
  patterns: readonly string[],
  value: string | readonly string[] | undefined,
  context: Context,
): boolean {
  const [, set, operator = "", ifExists] =
    /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(written) ?? [];
  const isMissing = value === undefined || value.length === 0;
  if (operator === "Null") return patterns.includes(String(isMissing));
  const known = OPERATORS[operator];
  if (known === undefined) throw new Error(`The evaluator knows no operator ${written}.`);
  if (isMissing) return set === "ForAllValues" || ifExists !== undefined || !!known.isNegated;
  const ready = patterns.flatMap((pattern) => filled(pattern, context) ?? []);
  const one = (text: string) =>
    ready.some((pattern) => known.fits(pattern, text)) !== (known.isNegated ?? false);
  if (typeof value === "string") return one(value);
  if (set === undefined)
    throw new Error(
      `${written} looks at one value; ${value.length} came. Use ForAllValues or ForAnyValue.`,
    );
  return set === "ForAllValues" ? value.every(one) : value.some(one);
}

/** Where no star is meant as one, what a variable stood for is itself again. */
const unescaped = (text: string) => text.replaceAll("\u0001", "*").replaceAll("\u0002", "?");
