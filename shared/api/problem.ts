// How the API says no: an RFC 9457 problem document, the same for every route and every mistake.
import * as z from "zod";
import { ERROR_CODES } from "#shared/fault.ts";

/** methodNotAllowed: the path is known, the method is not. mediaType: the body is of a type that the route does not take. timeout, headersTooLarge: the request could not be read. internal: our own error, logged under `id`. */
export const PROBLEM_CODES = [
  ...ERROR_CODES,
  "methodNotAllowed",
  "mediaType",
  "timeout",
  "headersTooLarge",
  "internal",
] as const;
export type ProblemCode = (typeof PROBLEM_CODES)[number];

export const FaultAnswer = z
  .strictObject({
    pointer: z.string().describe("JSON pointer into what was sent"),
    detail: z.string().describe("What was wanted, what came"),
    line: z.int().optional().describe("Line of the text that was sent, from 1"),
  })
  .meta({ id: "Fault" });

export const Problem = z
  .strictObject({
    type: z.string().describe("Where this kind of problem is explained"),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string().describe("One or two sentences: what was wanted, what came, what to do"),
    code: z.enum(PROBLEM_CODES),
    errors: z.array(FaultAnswer).readonly(),
    id: z.string().optional().describe("Of an error of ours: the log tells more under this id"),
  })
  .meta({ id: "Problem" });
export type Problem = z.infer<typeof Problem>;
