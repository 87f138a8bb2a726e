// Lists: newest first, a page at a time, with an opaque cursor for the next.
import * as z from "zod";
import { saying, wantedGot } from "#shared/zapp/leaf.ts";

/** A whole number in a query, where everything is text. */
export function wholeNumber(wanted: string, min: number, max: number) {
  const error = (issue: { readonly input?: unknown }) =>
    wantedGot(`${wanted}: a whole number from ${min} to ${max}`, issue.input);
  return z
    .string({ error })
    .regex(/^(0|[1-9]\d{0,15})$/, { error })
    .transform(Number)
    .refine((number) => number >= min && number <= max, { error })
    .meta({ type: "integer", minimum: min, maximum: max, pattern: undefined });
}

export function flag(wanted: string) {
  const error = (issue: { readonly input?: unknown }) =>
    wantedGot(`${wanted}: true or false`, issue.input);
  return z
    .enum(["true", "false"], { error })
    .transform((text) => text === "true")
    .meta({ type: "boolean", enum: undefined });
}

const cursor = saying("a cursor that Zoe gave");
export const Cursor = z
  .string(cursor)
  .regex(/^[A-Za-z0-9_-]{16}\.[A-Za-z0-9_-]{1,2000}$/, cursor)
  .describe("From the page before; without one the list begins at its newest");

export function paging(most: number) {
  return {
    limit: wholeNumber("how many at most", 1, most)
      .optional()
      .describe(`How many at most, up to ${most}`),
    cursor: Cursor.optional(),
  };
}

export function pageOf<T extends z.ZodType>(id: string, item: T) {
  return z
    .strictObject({
      items: z.array(item).readonly(),
      cursor: z.string().optional().describe("There is more: ask again with it"),
    })
    .meta({ id });
}
