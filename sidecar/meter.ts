// What the program uses, from looks at its container, and the note of it that outlives the instance.
import { type InstanceNote, type Noted, nodeId, writeNote } from "#functions/aws/instance-note.ts";
import { type Instance, nameOf, ownerOf } from "./instance.ts";
import type { SidecarWorld, TaskLook } from "./world.ts";

export class Meter {
  readonly #world: SidecarWorld;
  readonly #instance: Instance;
  #note: InstanceNote | undefined;
  /** Who can't reach the table must not miss the program's end for it. */
  #keeping = Promise.resolve();

  constructor(world: SidecarWorld, instance: Instance) {
    this.#world = world;
    this.#instance = instance;
  }

  /** The first look is noted at once: its log can then be read while it runs. */
  async see({ taskArn }: TaskLook): Promise<void> {
    const isFirst = this.#note === undefined;
    this.#note ??= { task: taskArn.split("/").at(-1) ?? taskArn };
    if (isFirst) void this.keep();
    const measured = await this.#world.measure().catch(() => undefined);
    if (measured === undefined) return;
    const { cpuSeconds = 0, peakMemoryMib = 0 } = this.#note.used ?? {};
    const used = {
      cpuSeconds: Math.max(cpuSeconds, measured.cpuSeconds),
      peakMemoryMib: Math.max(peakMemoryMib, measured.memoryMib),
    };
    this.#note = { ...this.#note, used };
  }

  /** One after the other, so that the last stands. */
  keep(): Promise<void> {
    const note = this.#note;
    if (note !== undefined) this.#keeping = this.#keeping.then(() => this.#write(note));
    return this.#keeping;
  }

  async #write(note: InstanceNote): Promise<void> {
    const { store, now, log } = this.#world;
    await writeNote(store, notedOf(this.#instance), note, now()).catch((error: unknown) =>
      log.warn("What it used is not noted.", { of: nameOf(this.#instance), error }),
    );
  }
}

/** Of Batch the job's id, which children and nodes share but for their number; of ECS the task's. */
function notedOf(instance: Instance): Noted {
  const { runner, number, spec } = instance;
  const { executionId, gang, size } = spec;
  const of = { owner: ownerOf(instance), executionId };
  if (runner.startsWith("arn:")) return { ...of, id: runner.split("/").at(-1) ?? runner };
  const [job = runner] = runner.split(/[:#]/);
  if (gang !== undefined) return { ...of, id: nodeId(job, number) };
  return { ...of, id: size > 1 ? `${job}:${number}` : job };
}
