// What is done when a program has ended, before its end is told: its outputs and logs are kept, its folders emptied.
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "#functions/world.ts";
import type { LocalLogs } from "#local/logs.ts";
import type { Outcome } from "#shared/instance.ts";
import type { Folders } from "./folders.ts";
import type { Leaver, Outputs } from "./outputs.ts";
import type { ProgramEnd } from "./runner.ts";

export interface Keeper {
  readonly outputs: Outputs;
  readonly logs: LocalLogs;
  readonly log: Log;
}

/** Its outcome, which is a failure when outputs couldn't be kept. `left` is unknown where its runner died before it. */
export async function keepWhatIsLeft(
  leaver: Leaver,
  folders: Folders,
  outcome: Outcome,
  left: ProgramEnd["left"] | undefined,
  { outputs, logs, log }: Keeper,
): Promise<Outcome> {
  let final = outcome;
  const written = { stdout: left?.stdout ?? 1, stderr: left?.stderr ?? 1 };
  const mayHaveFiles = left?.files ?? true;
  if (mayHaveFiles || leaver.outputs.length > 0) {
    try {
      const remarks = await outputs.keep(leaver, folders, outcome.kind === "succeeded");
      if (remarks.length > 0) written.stderr += await remark(folders, remarks);
    } catch (error) {
      log.warn("The outputs of an instance couldn't be kept.", {
        ...leaver.instance,
        error: String(error),
      });
      if (outcome.kind === "succeeded") final = unkept(error);
    }
  }
  try {
    await logs.keep(leaver.instance, folders.root, written);
  } catch (error) {
    log.warn("The logs of an instance couldn't be kept.", {
      ...leaver.instance,
      error: String(error),
    });
  }
  return final;
}

async function remark(folders: Folders, remarks: readonly string[]): Promise<number> {
  const text = remarks.map((line) => `[zoe: ${line}]\n`).join("");
  await appendFile(join(folders.root, "stderr"), text);
  return text.length;
}

function unkept(error: unknown): Outcome {
  const reason = `The program succeeded, but its outputs couldn't be kept: ${error instanceof Error ? error.message : String(error)}.`;
  return { kind: "failed", code: "outputs", reason };
}
