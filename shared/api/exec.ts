// A command in a running instance, as it is asked for and answered.
import * as z from "zod";
import { saying } from "#shared/zapp/leaf.ts";
import { LIMITS } from "#shared/zapp/limits.ts";
import { strict } from "#shared/zapp/strict.ts";
import { ServiceName } from "./name.ts";

const MOST_WORDS = 1000;
const LONGEST_WORD = 32_768;
const words = saying(`a list of 1 to ${MOST_WORDS} words`);
const word = saying(`a word of at most ${LONGEST_WORD} characters`);
const index = saying("an instance's index, a whole number from 0");

export const ExecRequest = strict("a command", {
  service: ServiceName.optional().describe("The first that runs, when it isn't said"),
  index: z.int(index).min(0, index).max(LIMITS.instances, index).optional(),
  command: z
    .array(z.string(word).max(LONGEST_WORD, word), words)
    .min(1, words)
    .max(MOST_WORDS, words),
}).meta({ id: "ExecRequest" });

export const ExecAnswer = z
  .strictObject({
    instance: z.string().describe("service-index.generation"),
    exitCode: z.int(),
    stdout: z.string(),
    stderr: z.string(),
    isCut: z.boolean().describe("More was written than is answered"),
  })
  .meta({ id: "ExecAnswer" });
export type ExecAnswer = z.infer<typeof ExecAnswer>;
