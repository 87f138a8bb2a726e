// Calls that nobody may make, by who would make them: other tenants' things, the control plane's own, more power than was given.
import type { Call } from "#test/aws/rights/asks/words.ts";
import type { Ask } from "#test/aws/rights/policy.ts";
import { functionCalls } from "./functions.ts";
import { programCalls } from "./programs.ts";
import { hostCalls, strangers } from "./strangers.ts";
import type { Attempts } from "./words.ts";

export interface Denied {
  readonly who: string;
  readonly what: string;
  readonly attempt: Call | Ask;
}

/** `assume`: judged by the trust of a task role. All others by who they are. */
export function deniedCalls(): readonly Denied[] {
  const rows: readonly (readonly [string, Attempts])[] = [
    ["program", programCalls.plain],
    ["subverted program", programCalls.subverted],
    ["program without boundary", programCalls.unbounded],
    ...Object.entries(functionCalls),
    ...Object.entries(hostCalls),
    ["stranger", strangers],
  ];
  return rows.flatMap(([who, attempts]) =>
    Object.entries(attempts).map(([what, attempt]) => ({ who, what, attempt })),
  );
}
