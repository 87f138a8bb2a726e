// A description as it was sent: a text (YAML or JSON) or an object. Faults point into what was sent, with lines where it was a text.
import type { DescriptionRequest } from "#shared/api/zapp.ts";
import { type Fault, VisibleError, within } from "#shared/fault.ts";
import { parseYaml, withLines } from "./yaml.ts";

type Placing = (faults: readonly Fault[]) => Fault[];

export interface Description {
  readonly text: string;
  readonly document: unknown;
  /** Faults of the description, with their lines where it was a text. */
  readonly lined: Placing;
  /** The same as seen from the request: under `/text` or `/description`. */
  readonly placed: Placing;
}

export function readDescription({ text, description }: DescriptionRequest): Description {
  if ((text === undefined) === (description === undefined)) {
    const came = text === undefined ? "neither" : "both";
    const detail = `Wanted either \`text\` or \`description\`; got ${came}.`;
    throw new VisibleError("invalid", detail, [{ pointer: "", detail }]);
  }
  if (text === undefined) {
    return {
      text: JSON.stringify(description, null, 2),
      document: description,
      lined: (faults) => [...faults],
      placed: (faults) => within("/description", faults),
    };
  }
  const yaml = parseYaml(text);
  return {
    text,
    document: yaml.value,
    lined: (faults) => withLines(faults, yaml),
    placed: (faults) => within("/text", withLines(faults, yaml)),
  };
}
