// Which executions are meant: the same filters for a list and for stopping many.
import * as z from "zod";
import { EXECUTION_STATES } from "#shared/execution.ts";
import { saying } from "#shared/zapp/leaf.ts";
import { list, strict } from "#shared/zapp/strict.ts";
import { TenantName, Title, UserName, ZappName } from "./name.ts";
import { paging, wholeNumber } from "./page.ts";

const MOST_LABELS = 20;
const labelWanted = "a label as key=value";
export const LabelFilter = z
  .string(saying(labelWanted))
  .regex(/^[^=\p{Cc}]{1,63}=[^\p{Cc}]{0,255}$/u, saying(labelWanted))
  .meta({ examples: ["group=7"] });

const filters = {
  state: z.enum(EXECUTION_STATES, saying(`a state: ${EXECUTION_STATES.join(", ")}`)).optional(),
  zapp: ZappName.optional(),
  name: Title.optional(),
  user: UserName.optional().describe("Whose; users see their own only"),
  tenant: TenantName.optional().describe("Only administrators may name another than their own"),
};

/** `label=a=1&label=b=2`: all of them must fit. */
const labels = z
  .preprocess(
    (value) => (typeof value === "string" ? [value] : value),
    list("labels as key=value", LabelFilter, MOST_LABELS),
  )
  .optional()
  .describe("key=value; more than one may be given, and all must fit");

const number = wholeNumber("the number of an execution", 1, 999_999_999)
  .optional()
  .describe("The one that has this whole number");

export const ExecutionQuery = strict("the query", {
  ...filters,
  number,
  label: labels,
  ...paging(1000),
});

/** An empty filter would stop everything: that must be said in so many words. */
export const StopRequest = strict("what to stop", {
  ...filters,
  labels: list("labels as key=value", LabelFilter, MOST_LABELS).optional(),
  all: z.literal(true, saying("all: true, where no filter is meant")).optional(),
  reason: Title.optional(),
}).meta({ id: "StopRequest" });
export type StopRequest = z.infer<typeof StopRequest>;

export function labelsOf(labels: readonly string[] = []): Record<string, string> {
  const pairs = labels.map((label) => {
    const at = label.indexOf("=");
    return [label.slice(0, at), label.slice(at + 1)];
  });
  return Object.fromEntries(pairs);
}
