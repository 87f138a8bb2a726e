// What the sidecar notes of its instance, for who asks when that is over: its task, what its program used, what went wrong with its files.
import { type InstanceNote, type Noted, nodeId, writeNote } from "#functions/aws/instance-note.ts";
import { type Instance, nameOf, ownerOf } from "./instance.ts";
import type { SidecarWorld, TaskLook } from "./world.ts";

const MOST_CHARACTERS = 1000;
/** Who is killed, or ends after its gang's first node, has told what it used until then. */
const KEEP_MS = 60_000;

export class Notes {
  readonly #world: SidecarWorld;
  readonly #instance: Instance;
  #note: InstanceNote = {};
  #keptAt = 0;
  /** Who can't reach the table must not miss the program's end for it. */
  #keeping = Promise.resolve();

  constructor(world: SidecarWorld, instance: Instance) {
    this.#world = world;
    this.#instance = instance;
  }

  /** The first look is noted at once: its log can then be read while it runs. */
  async see({ taskArn }: TaskLook): Promise<void> {
    if (this.#note.task === undefined) {
      this.#note = { ...this.#note, task: taskArn.split("/").at(-1) ?? taskArn };
      void this.keep();
    }
    const measured = await this.#world.measure().catch(() => undefined);
    if (measured === undefined) return;
    const { cpuSeconds = 0, peakMemoryMib = 0 } = this.#note.used ?? {};
    const used = {
      cpuSeconds: Math.max(cpuSeconds, measured.cpuSeconds),
      peakMemoryMib: Math.max(peakMemoryMib, measured.memoryMib),
    };
    this.#note = { ...this.#note, used };
    if (this.#world.now() - this.#keptAt >= KEEP_MS) void this.keep();
  }

  /** With its files. */
  async fails(what: string, error: unknown): Promise<void> {
    this.#world.log.error(what, { of: nameOf(this.#instance), error });
    this.#note = { ...this.#note, problem: problemOf(what, error) };
    await this.keep();
  }

  /** One after the other, so that the last stands. */
  keep(): Promise<void> {
    const note = this.#note;
    this.#keptAt = this.#world.now();
    this.#keeping = this.#keeping.then(() => this.#write(note));
    return this.#keeping;
  }

  async #write(note: InstanceNote): Promise<void> {
    const { store, now, log } = this.#world;
    await writeNote(store, notedOf(this.#instance), note, now()).catch((error: unknown) =>
      log.warn("What it has to tell is not noted.", { of: nameOf(this.#instance), error }),
    );
  }
}

/** For who asked for the files, and can't read the sidecar's own log. */
function problemOf(what: string, error: unknown): string {
  const texts: string[] = [];
  for (let one = error; one instanceof Error; one = one.cause) texts.push(one.message);
  return [what, ...texts].join(" ").slice(0, MOST_CHARACTERS);
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
