// The leaves of the written form: where a typed value stands, a template may stand too, until it is filled. A leaf says in one sentence what it wants.
import * as z from "zod";
import { quote } from "#shared/fault.ts";
import { hasTemplate } from "#shared/template.ts";
import {
  DURATION,
  ISO_DURATION,
  mibOf,
  SIZE,
  secondsOf,
  whyNoDuration,
  whyNoSize,
} from "#shared/units.ts";
import { isScalar } from "./json.ts";
import { LIMITS } from "./limits.ts";
import { NAME, NAME_WANTED } from "./names.ts";

/** written: as people send it. filled: every template has its value, so none may stand for a number any more. */
export type Mode = "written" | "filled";

const TEMPLATE = "\\$\\{";

export function wantedGot(wanted: string, came: unknown): string {
  if (came === undefined) return `Wanted ${wanted}; it is missing.`;
  return `Wanted ${wanted}; got ${quote(came)}.`;
}

/** The `error` of a zod check: one sentence for whatever is wrong with this leaf. */
export function saying(wanted: string) {
  return { error: (issue: { readonly input?: unknown }) => wantedGot(wanted, issue.input) };
}

interface Range {
  readonly min?: number;
  readonly max?: number;
}

export type Leaves = ReturnType<typeof leavesOf>;

export function leavesOf(mode: Mode) {
  return {
    mode,
    /** Any text; a number or a boolean that a template brought is text too. */
    text: (wanted = "a text", max: number = LIMITS.text) =>
      textual(
        mode,
        z
          .string(saying(wanted))
          .min(1, saying(`${wanted}, not empty`))
          .max(max, tooLong(wanted, max))
          .meta(meaning(wanted)),
      ),
    anyText: (wanted = "a text", max: number = LIMITS.text) =>
      textual(mode, z.string(saying(wanted)).max(max, tooLong(wanted, max)).meta(meaning(wanted))),
    pattern: (wanted: string, pattern: RegExp) => patterned(mode, wanted, pattern),
    reference: (wanted: string) => patterned(mode, `${wanted}, ${NAME_WANTED}`, NAME),
    whole: (wanted: string, range: Range = {}) => {
      const said = saying(`${wanted}, a whole number${between(range)}`);
      const number = z
        .int(said)
        .min(range.min ?? 0, said)
        .max(range.max ?? Number.MAX_SAFE_INTEGER, said);
      return orTemplate<number>(mode, wanted, number, said);
    },
    number: (wanted: string, range: Range = {}) => {
      const said = saying(`${wanted}, a number${between(range)}`);
      const number = z
        .number(said)
        .min(range.min ?? 0, said)
        .max(range.max ?? Number.MAX_VALUE, said);
      return orTemplate<number>(mode, wanted, number, said);
    },
    choice: <T extends string>(wanted: string, values: readonly T[]) => {
      const said = saying(`${wanted}: ${values.join(", ")}`);
      return orTemplate<T>(mode, wanted, z.enum(values, said), said);
    },
    flag: (wanted: string) => {
      const said = saying(`${wanted}, true or false`);
      return orTemplate<boolean>(mode, wanted, z.boolean(said), said);
    },
    duration: (min = 0) =>
      unit(mode, secondsOf, whyNoDuration, [DURATION, ISO_DURATION], min).meta(
        meaning("a duration: 20s, 15m, 12h, 1h30m or PT10M"),
      ),
    size: () => unit(mode, mibOf, whyNoSize, [SIZE], 1).meta(meaning("a size: 512MiB or 2GiB")),
  };
}

/** What an editor shows beside the field. */
function meaning(wanted: string) {
  return { description: wanted.charAt(0).toUpperCase() + wanted.slice(1) };
}

function between({ min = 0, max }: Range): string {
  return max === undefined ? ` of at least ${min}` : ` from ${min} to ${max}`;
}

function tooLong(wanted: string, max: number) {
  return { error: () => `Wanted ${wanted} of at most ${max} characters; got a longer one.` };
}

function orTemplate<T>(
  mode: Mode,
  wanted: string,
  schema: z.ZodType<T>,
  said: ReturnType<typeof saying>,
): z.ZodType<T | string> {
  if (mode === "filled") return schema;
  return z
    .union([schema, z.string().regex(new RegExp(TEMPLATE), said)], said)
    .meta(meaning(wanted));
}

function textual(mode: Mode, schema: z.ZodType<string>): z.ZodType<string> {
  if (mode === "written") return schema;
  return z.preprocess(
    (value) => (isScalar(value) ? String(value) : value),
    schema,
  ) as z.ZodType<string>;
}

function patterned(mode: Mode, wanted: string, pattern: RegExp): z.ZodType<string> {
  const said = saying(wanted);
  const accepted = mode === "written" ? new RegExp(`${pattern.source}|${TEMPLATE}`) : pattern;
  return textual(mode, z.string(said).regex(accepted, said).meta(meaning(wanted)));
}

function unit(
  mode: Mode,
  read: (text: string) => number | undefined,
  why: (came: unknown) => string,
  patterns: readonly RegExp[],
  min: number,
): z.ZodType<string> {
  const said = { error: (issue: { readonly input?: unknown }) => why(issue.input) };
  const isRead = (text: string) => (read(text) ?? Number.NEGATIVE_INFINITY) >= min;
  const isAccepted = (text: string) => (mode === "written" && hasTemplate(text)) || isRead(text);
  const pattern = [...patterns.map((each) => each.source), TEMPLATE].join("|");
  return z.string(said).refine(isAccepted, said).meta({ pattern });
}
