// A parameter as a zapp declares it. Its value is given with the submission, and checked in parameters.ts.
import * as z from "zod";
import { saying, wantedGot } from "./leaf.ts";
import { LIMITS } from "./limits.ts";
import { strict } from "./strict.ts";

export const PARAMETER_TYPES = [
  "string",
  "integer",
  "number",
  "boolean",
  "array",
  "choice",
  "dataset",
] as const;
export const ITEM_TYPES = ["string", "integer", "number", "boolean", "object"] as const;

const line = (wanted: string) => z.string(saying(wanted)).max(LIMITS.line, saying(wanted));
const finite = (wanted: string) => z.number(saying(wanted));
const length = (wanted: string) => z.int(saying(wanted)).min(0, saying(wanted));
const values = z.union(
  [z.string(), z.number(), z.boolean()],
  saying("a text, a number or true or false"),
);

const described = {
  title: line("a title").optional(),
  description: line("a description").optional(),
};

const form = <Type extends string, Own extends z.ZodRawShape>(type: Type, own: Own) =>
  strict(`a parameter of type ${type}`, { type: z.literal(type), ...described, ...own });

/** A parameter without a default must be given. */
export const writtenParameter = z.discriminatedUnion(
  "type",
  [
    form("string", {
      default: z.string(saying("a text as default")).max(LIMITS.text).optional(),
      pattern: z
        .string(saying("a regular expression"))
        .max(LIMITS.pattern, saying(`a regular expression of at most ${LIMITS.pattern} characters`))
        .optional(),
      minLength: length("the least number of characters").optional(),
      maxLength: length("the most characters").optional(),
      secret: z.boolean(saying("whether it is secret, true or false")).optional(),
    }),
    form("integer", {
      default: z.int(saying("a whole number as default")).optional(),
      minimum: z.int(saying("the least value, a whole number")).optional(),
      maximum: z.int(saying("the greatest value, a whole number")).optional(),
    }),
    form("number", {
      default: finite("a number as default").optional(),
      minimum: finite("the least value, a number").optional(),
      maximum: finite("the greatest value, a number").optional(),
    }),
    form("boolean", { default: z.boolean(saying("true or false as default")).optional() }),
    form("array", {
      items: z
        .enum(ITEM_TYPES, saying(`the type of its items: ${ITEM_TYPES.join(", ")}`))
        .optional(),
      default: z
        .array(
          z.union(
            [values, z.record(z.string(), values)],
            saying("a text, a number or true or false"),
          ),
          saying("a list as default"),
        )
        .max(LIMITS.listItems, saying(`a list of at most ${LIMITS.listItems} items`))
        .optional(),
      minItems: length("the least number of items").optional(),
      maxItems: length("the most items").optional(),
    }),
    form("choice", {
      choices: z
        .array(values, saying("a list of choices"))
        .min(1, saying("at least one choice"))
        .max(LIMITS.choices, saying(`at most ${LIMITS.choices} choices`)),
      default: values.optional(),
    }),
    form("dataset", { default: line("the name of a dataset as default").optional() }),
  ],
  { error: (issue) => whyNoParameter(issue.input) },
);
export type WrittenParameter = z.infer<typeof writtenParameter>;

function whyNoParameter(came: unknown): string {
  if (typeof came !== "object" || came === null)
    return wantedGot("a parameter, an object with type", came);
  return wantedGot(
    `the type of a parameter: ${PARAMETER_TYPES.join(", ")}`,
    "type" in came ? came.type : undefined,
  );
}
