// The catalogue as the API takes and shows it.
import * as z from "zod";
import { saying, wantedGot } from "#shared/zapp/leaf.ts";
import { LIMITS } from "#shared/zapp/limits.ts";
import { strict } from "#shared/zapp/strict.ts";
import { ZappName } from "./name.ts";
import { pageOf } from "./page.ts";
import { FaultAnswer } from "./problem.ts";

const time = z.number().describe("Unix milliseconds");

const row = {
  name: ZappName,
  title: z.string().optional(),
  description: z.string().optional(),
  version: z.string().describe("A hash of its content"),
  source: z.enum(["builtIn", "installed"]),
  installedAt: time.optional(),
  installedBy: z.string().optional(),
};

/** With what its frameworks bring. */
const offered = {
  parameters: z
    .record(z.string(), z.record(z.string(), z.unknown()))
    .describe("By name, as /schema/zapp.json describes them"),
  queues: z.array(z.string()).readonly().describe("Those that tasks can be put into, by name"),
};

export const ZappRow = z.strictObject(row).meta({ id: "ZappRow" });
export type ZappRow = z.infer<typeof ZappRow>;
export const ZappPage = pageOf("ZappPage", ZappRow);
export type ZappPage = z.infer<typeof ZappPage>;

export const ZappAnswer = z
  .strictObject({
    ...row,
    text: z.string().describe("As it was written, YAML or JSON"),
    readme: z.string().optional().describe("Markdown"),
    ...offered,
    versions: z
      .array(z.strictObject({ version: z.string(), installedAt: time, installedBy: z.string() }))
      .readonly()
      .describe("Installed before and now, newest first"),
  })
  .meta({ id: "Zapp" });
export type ZappAnswer = z.infer<typeof ZappAnswer>;

const textual = saying(
  `the description as a text, YAML or JSON, of at most ${LIMITS.descriptionBytes} characters`,
);
const described = {
  text: z.string(textual).max(LIMITS.descriptionBytes, textual).optional(),
  description: z
    .record(z.string(), z.json(), saying("the description as an object"))
    .optional()
    .describe("As /schema/zapp.json describes it"),
};
/** Exactly one of `text` and `description`. */
export const DescriptionRequest = strict("a description to look at", described).meta({
  id: "DescriptionRequest",
});
export type DescriptionRequest = z.infer<typeof DescriptionRequest>;

const readme = saying(`the README, Markdown of at most ${LIMITS.descriptionBytes} characters`);
const folder = {
  error: (issue: { readonly input?: unknown }) =>
    wantedGot("the absolute path of a folder on the server's machine", issue.input),
};
export const InstallRequest = strict("an installation", {
  ...described,
  readme: z.string(readme).max(LIMITS.descriptionBytes, readme).optional(),
  folder: z
    .string(folder)
    .max(4096, folder)
    .regex(/^\/[^\p{Cc}]*$/u, folder)
    .optional()
    .describe("Its programs, copied from the server's machine; for administrators"),
}).meta({ id: "InstallRequest" });
export type InstallRequest = z.infer<typeof InstallRequest>;

export const InstalledAnswer = z
  .strictObject({ zapp: ZappRow, warnings: z.array(FaultAnswer).readonly() })
  .meta({ id: "Installed" });

export const ValidationAnswer = z
  .strictObject({
    valid: z.boolean(),
    faults: z.array(FaultAnswer).readonly(),
    warnings: z.array(FaultAnswer).readonly(),
    /** Empty where there are faults. */
    ...offered,
  })
  .meta({ id: "Validation" });
export type ValidationAnswer = z.infer<typeof ValidationAnswer>;
