// The calls of a story as files, for validators outside of this tree: `NNNNNN-service-operation.json` with service, operation, input, output. No secret is in them.

import type { RecordedCall, Recorder } from "#test/aws/recorder.ts";
import { recordInto } from "#test/aws/recorder.ts";

export function recordStory(folder: string): Recorder {
  const write = recordInto(folder);
  return (call) => write({ ...call, ...withoutSecrets(call) });
}

function withoutSecrets({ input, output }: RecordedCall): Pick<RecordedCall, "input" | "output"> {
  return { input: hidden(input) as object, ...(output && { output: hidden(output) as object }) };
}

const HIDDEN = "hidden";
/** Of a runtime API, in an address and in what the sidecar is told. */
const IN_TEXT = /(http:\/\/127\.0\.0\.1:\d+\/)\w+|("secret":")\w+/g;

function hidden(value: unknown): unknown {
  if (typeof value === "string") return value.replace(IN_TEXT, `$1$2${HIDDEN}`);
  if (Array.isArray(value)) return value.map(hidden);
  if (value === null || typeof value !== "object" || value instanceof Uint8Array) return value;
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      name,
      name === "SecretString" || name === "SecretBinary" ? HIDDEN : hidden(part),
    ]),
  );
}
